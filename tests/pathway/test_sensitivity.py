"""What charted ratings and vital signs teach of a patient, and when nothing is learnt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import pytest

from reprieve.pathway import charting, charting_drug, infusion, planning, sensitivity
from reprieve.pathway.charting_drug import Dose
from reprieve.pathway.planning import Draft, Plan
from reprieve.pathway.sensitivity import Learnt
from tests.chairside import Chair, quick_world, weighed
from tests.treated import Treated, treated
from tests.world import new

pytestmark = pytest.mark.usefixtures("db")
SHORT = "ketamine-0.5mgkg-40min-x6"
LONG = "ketamine-0.35mgkgh-4h-x10"


@dataclass
class Room:
    """A patient with a plan, infused and charted every ten minutes."""

    made: Treated

    def chart(self, chair: Chair, **values: int) -> None:
        world = self.made.world
        charting.save_set(
            actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=chair.encounter,
            values=values,
        )  # fmt: skip

    def infuse(self, sets: list[Mapping[str, int]], *, end: bool = True) -> Chair:
        world = self.made.world
        encounter = infusion.prepare(
            actor=world["infusion_nurse"], uid=new(), at=world.at, patient=self.made.patient,
            episode=self.made.episode, plan=self.made.plan(), session_no=1,
        )  # fmt: skip
        chair = Chair(world, encounter, self.made.patient)
        self.chart(chair, sbp=120, dbp=80, heart_rate=70)
        world.later(minutes=10)
        chair.start(50)
        for one in sets:
            world.later(minutes=10)
            self.chart(chair, **one)
        if end:
            chair.do("ended")
        return chair

    def learnt(self, *drafts: Draft) -> Learnt:
        world = self.made.world
        return sensitivity.learnt(
            clinic=world.id, patient=self.made.patient, at=world.at, drafts=drafts
        )


@pytest.fixture
def room() -> Room:
    with quick_world() as world:
        return Room(weighed(treated(world)))


def strong(sbp: int = 140) -> list[Mapping[str, int]]:
    """Far away and a rise of 20 mmHg, at four looks."""
    return [{"dissociation": 8, "sbp": sbp, "dbp": 90, "heart_rate": 72}] * 4


def draft(name: str) -> Draft:
    return planning.draft(Plan(regimen=name, weight_kg=Decimal(70)))


def test_strong_answers_are_learnt_and_expected_again(room: Room) -> None:
    room.infuse(strong())
    found = room.learnt(draft(SHORT), draft(LONG))
    assert (found.problem, found.infusions) == (None, 1)
    by = {one.signal: one for one in found.found}
    assert by["dissociation"].individual
    assert by["dissociation"].estimate.high < by["dissociation"].typical
    assert by["sbp"].estimate.median > by["sbp"].typical
    assert by["dissociation"].readings == 4
    short, long = found.answers
    assert (short.regimen, long.regimen) == (SHORT, LONG)
    low, middle, high = short.at_most["dissociation"]
    assert 4.7 < low < middle < high <= 10
    assert short.at_most["sbp"][1] > 7.4


def test_what_followed_another_drug_is_left_out(room: Room) -> None:
    chair = room.infuse(strong()[:1], end=False)
    world = room.made.world
    charting_drug.give(
        dose=Dose(drug="midazolam", dose=Decimal("0.5"), route="iv", reported=True),
        actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=chair.encounter,
    )  # fmt: skip
    for _ in range(3):
        world.later(minutes=10)
        room.chart(chair, dissociation=0, sbp=118, dbp=80, heart_rate=70)
    chair.do("ended")
    by = {one.signal: one for one in room.learnt().found}
    assert by["dissociation"].readings == 1
    assert not by["dissociation"].individual
    assert by["dissociation"].estimate.median == pytest.approx(121, rel=0.01)


def test_no_finished_infusion_is_nothing_to_learn_from(room: Room) -> None:
    assert room.learnt().problem is not None
    room.infuse(strong(), end=False)
    assert room.learnt().problem is not None


def test_no_weight_is_nothing_to_learn_from() -> None:
    with quick_world() as world:
        made = treated(world)
        made.infuse(made.plan())
        assert Room(made).learnt().problem is not None


def test_a_weight_of_no_model_is_said() -> None:
    with quick_world() as world:
        room = Room(weighed(treated(world), kg=340))
        room.infuse(strong())
        found = room.learnt()
        assert found.problem is not None
        assert "weight" in str(found.problem) or found.problem.params["why"]
