"""A dose that a syringe gave is corrected or taken back: nothing goes back into a vial."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from reprieve.pathway import infusion_fix, ledger_losses
from reprieve.pathway.infusion_fix import Right
from reprieve.records import verify
from reprieve.records.models import InfusionEvent, WorkItem
from reprieve.records.queries import discrepancies, portions, undrawn
from reprieve.records.queries.discrepancies import DiscrepancyView
from tests.chairside import Chair
from tests.drug_chart import give, take_back
from tests.drug_room import MIDAZOLAM, Room, infused, left_ml, with_bag
from tests.gate_desk import Visit
from tests.world import World, new


@dataclass
class Drawn:
    """A syringe of midazolam that was drawn for a visit, 1 mg in each mL."""

    room: Room
    chair: Chair
    vial: uuid.UUID
    syringe: uuid.UUID

    def closes(self, ml: str) -> bool:
        """Whether it closes on the chart when two people measure this in it."""
        return self.room.account(self.syringe, syringe_ml=ml).within

    @property
    def waiting(self) -> list[DiscrepancyView]:
        return discrepancies.waiting(clinic=self.chair.world.id)

    @property
    def told(self) -> list[tuple[str, int]]:
        """What waits for the director, by its kind, in micrograms."""
        return [(one.kind, one.difference_ug or 0) for one in self.waiting]


    def explain(self) -> None:
        """The director says of what waits that nothing is missing."""
        [found] = self.waiting
        ledger_losses.judge(
            **self.room.act("medical_director"), discrepancy=found.id, kind="explained",
            text="It was given, and is charted again.",
        )  # fmt: skip
        assert self.waiting == []


def seated(world: World) -> tuple[Room, Chair, uuid.UUID]:
    room, visit, _ = with_bag(world)
    [vial] = room.receive(MIDAZOLAM, count=1)
    return room, Chair(world, visit.encounter, visit.patient), vial


def draw(world: World, ml: str) -> Drawn:
    room, chair, vial = seated(world)
    return Drawn(room, chair, vial, room.draw(chair.encounter, vial, ml))


@pytest.fixture
def drawn(world: World) -> Drawn:
    return draw(world, "2")


def chained(world: World) -> None:
    assert list(verify.faults(at=world.at, sealer_runs=False)) == []


def test_nobody_misses_what_was_never_drawn(world: World) -> None:
    _, chair, _ = seated(world)
    first = give(chair, reported=True)
    assert [u.drug for u in undrawn.waiting(clinic=world.id)] == ["midazolam"]
    take_back(chair, first)
    assert undrawn.waiting(clinic=world.id) == []
    assert discrepancies.waiting(clinic=world.id) == []


def test_an_open_syringe_shows_the_difference_when_it_closes(world: World, drawn: Drawn) -> None:
    first = give(drawn.chair, reported=True)
    held = drawn.room.holds_mg(drawn.vial)
    take_back(drawn.chair, first)
    assert drawn.room.holds_mg(drawn.vial) == held
    assert drawn.room.portion(drawn.syringe).given_ug == 0
    assert drawn.waiting == []
    assert not drawn.closes("1")
    assert drawn.told == [("closing", 1_000)]
    chained(world)


def test_a_dose_entered_anew_and_taken_back_again_is_missing_anew(
    world: World, drawn: Drawn
) -> None:
    chair, then = drawn.chair, drawn.chair.world.at
    first = give(chair, reported=True)
    assert drawn.closes("1")
    take_back(chair, first)
    world.later(minutes=1)
    take_back(chair, give(chair, reported=True, given_at=then))
    assert drawn.told == [("retracted", 1_000)]  # the same milligram, once
    world.later(minutes=1)
    anew = give(chair, reported=True, given_at=then)
    drawn.explain()
    take_back(chair, anew)
    assert drawn.told == [("retracted", 1_000)]


def test_one_that_closed_on_the_dose_opens_a_discrepancy(world: World, drawn: Drawn) -> None:
    chair = drawn.chair
    first = give(chair, reported=True)
    world.later(minutes=1)
    other = give(chair, mg="0.5", reported=True)
    assert drawn.closes("0.5")
    held, number = drawn.room.holds_mg(drawn.vial), new()
    for _ in range(2):
        take_back(chair, first, uid=number)
    assert drawn.room.holds_mg(drawn.vial) == held
    [found] = drawn.waiting
    assert (found.kind, found.drug, found.difference_ug) == ("retracted", "midazolam", 1_000)
    assert found.encounter == chair.encounter
    items = WorkItem.of(world.id).filter(kind="ledger_discrepancy")
    assert [item.owner_role for item in items] == ["medical_director"]
    an_hour_ago = world.at - timedelta(hours=1)
    [changed] = portions.changed_since(clinic=world.id, since=an_hour_ago)
    assert changed.given_ug == 500
    take_back(chair, other)
    assert sorted(drawn.told) == [("retracted", 500), ("retracted", 1_000)]
    chained(world)


def test_what_was_corrected_since_the_closing_is_missing_as_well(
    world: World, drawn: Drawn
) -> None:
    first = give(drawn.chair, reported=True)
    assert drawn.closes("1")
    world.later(minutes=1)
    take_back(drawn.chair, give(drawn.chair, mg="0.95", corrects=first))
    assert drawn.told == [("retracted", 1_000)]  # the correction was within the tolerance
    chained(world)


def test_nothing_is_missing_where_the_sum_is_right_by_now(world: World) -> None:
    drawn = draw(world, "5")
    give(drawn.chair, mg="2", reported=True)
    world.later(minutes=1)
    wrong = give(drawn.chair, mg="2", reported=True)
    assert not drawn.closes("3")
    take_back(drawn.chair, wrong)
    assert drawn.told == [("closing", -2_000)]


def test_another_drug_changes_no_syringe(drawn: Drawn) -> None:
    give(drawn.chair, reported=True)
    assert drawn.closes("1")
    take_back(drawn.chair, give(drawn.chair, "ondansetron", "4", reported=True))
    assert drawn.waiting == []


class TestCorrected:
    """What is right in the place of an entry, after the syringe closed on what was wrong."""

    @pytest.fixture
    def first(self, drawn: Drawn) -> uuid.UUID:
        """1 mg of 2 mg was given, and 1 mg was wasted: it closes."""
        first = give(drawn.chair, reported=True)
        assert drawn.closes("1")
        drawn.chair.world.later(minutes=1)
        return first

    @pytest.mark.parametrize(("mg", "off_ug"), [("0.4", 600), ("1.5", -500), ("3", -2_000)])
    def test_another_amount_opens_a_discrepancy(
        self, world: World, drawn: Drawn, first: uuid.UUID, mg: str, off_ug: int
    ) -> None:
        held, number = drawn.room.holds_mg(drawn.vial), new()
        for _ in range(2):
            give(drawn.chair, mg=mg, corrects=first, uid=number)
        assert drawn.room.holds_mg(drawn.vial) == held
        [found] = drawn.waiting
        assert (found.kind, found.drug, found.difference_ug) == ("corrected", "midazolam", off_ug)
        assert (found.encounter, found.by) == (drawn.chair.encounter, "Infusion_Nurse Invented")
        [item] = WorkItem.of(world.id).filter(kind="ledger_discrepancy")
        assert (item.owner_role, item.state) == ("medical_director", "open")
        chained(world)

    def test_an_open_syringe_changes_nothing(self, world: World, drawn: Drawn) -> None:
        right = give(drawn.chair, mg="0.4", corrects=give(drawn.chair, reported=True))
        assert drawn.room.portion(drawn.syringe).given_ug == 400
        give(drawn.chair, "ondansetron", "4", corrects=right)
        assert drawn.room.portion(drawn.syringe).given_ug == 0
        assert drawn.waiting == []
        assert not drawn.closes("1")
        assert drawn.told == [("closing", 1_000)]
        chained(world)

    @pytest.mark.parametrize("mg", ["0.9", "1.1"])
    def test_within_the_tolerance_nothing_opens(
        self, drawn: Drawn, first: uuid.UUID, mg: str
    ) -> None:
        give(drawn.chair, mg=mg, corrects=first)
        assert drawn.waiting == []

    def test_small_steps_are_told_together(self, drawn: Drawn, first: uuid.UUID) -> None:
        last = give(drawn.chair, mg="0.95", corrects=first)
        assert drawn.waiting == []
        give(drawn.chair, mg="0.85", corrects=last)
        assert drawn.told == [("corrected", 150)]

    def test_a_time_or_a_word_changes_no_sum(self, drawn: Drawn, first: uuid.UUID) -> None:
        earlier = drawn.chair.world.at - timedelta(minutes=3)
        give(drawn.chair, corrects=first, given_at=earlier)
        assert drawn.waiting == []

    @pytest.mark.parametrize(
        ("drug", "mg", "route"), [("ondansetron", "4", "iv"), ("lorazepam", "1", "po")]
    )
    def test_another_drug_leaves_all_of_it_missing(
        self, drawn: Drawn, first: uuid.UUID, drug: str, mg: str, route: str
    ) -> None:
        give(drawn.chair, drug, mg, corrects=first, route=route)
        assert drawn.told == [("corrected", 1_000)]

    def test_what_becomes_the_drug_of_a_closed_syringe_is_too_much(self, drawn: Drawn) -> None:
        other = give(drawn.chair, "ondansetron", "4", reported=True)
        assert drawn.closes("2")
        give(drawn.chair, "midazolam", "1", corrects=other)
        assert drawn.told == [("corrected", -1_000)]

    def test_a_time_that_goes_to_another_syringe_counts_in_both(
        self, world: World, drawn: Drawn, first: uuid.UUID
    ) -> None:
        second = drawn.room.draw(drawn.chair.encounter, drawn.vial, "1")
        world.later(minutes=1)
        drawn.room.account(second, syringe_ml="1")
        world.later(minutes=1)
        give(drawn.chair, corrects=first, given_at=world.at - timedelta(seconds=90))
        assert sorted(drawn.told) == [("corrected", -1_000), ("corrected", 1_000)]
        chained(world)

    def test_what_is_told_is_not_told_again(self, world: World, drawn: Drawn) -> None:
        """To and fro opens one; a further step opens what it adds; taken back, only the rest."""
        chair, last = drawn.chair, give(drawn.chair, reported=True)
        assert drawn.closes("1")
        for mg in ("0.6", "1", "0.6"):
            last = give(chair, mg=mg, corrects=last)
            assert drawn.told == [("corrected", 400)]
        last = give(chair, mg="0.3", corrects=last)
        take_back(chair, last)
        assert sorted(drawn.told) == [("corrected", 300), ("corrected", 400), ("retracted", 300)]
        assert sum(ug for _, ug in drawn.told) == 1_000
        chained(world)

    def test_what_was_explained_and_comes_again_opens_anew(
        self, drawn: Drawn, first: uuid.UUID
    ) -> None:
        last = give(drawn.chair, mg="0.4", corrects=first)
        last = give(drawn.chair, mg="1", corrects=last)
        drawn.explain()
        give(drawn.chair, mg="0.4", corrects=last)
        assert drawn.told == [("corrected", 600)]

    def test_each_way_stands_for_itself(self, drawn: Drawn, first: uuid.UUID) -> None:
        last = give(drawn.chair, mg="0.4", corrects=first)
        give(drawn.chair, mg="1.5", corrects=last)
        assert sorted(drawn.told) == [("corrected", -500), ("corrected", 600)]

    def test_what_puts_a_sum_right_opens_nothing(self, drawn: Drawn) -> None:
        wrong = give(drawn.chair, reported=True)
        assert not drawn.closes("0.5")
        drawn.chair.world.later(minutes=1)
        right = give(drawn.chair, mg="1.5", corrects=wrong)
        assert drawn.told == [("closing", 500)]
        give(drawn.chair, mg="2", corrects=right)  # half a milligram beyond it, not a whole one
        assert sorted(drawn.told) == [("closing", 500), ("corrected", -500)]


class TestBag:
    """A rate that was misread, corrected or told after its bag was accounted for."""

    @pytest.fixture
    def bag(self, world: World) -> tuple[Room, Visit]:
        room, visit, portion = infused(world)
        assert room.account(portion, **left_ml(world, portion)).within
        world.later(minutes=1)
        return room, visit

    def fix(self, visit: Visit, **right: Any) -> None:
        world, encounter = visit.world, visit.encounter
        event = InfusionEvent.of(world.id).get(encounter_id=encounter, kind="started").pk
        infusion_fix.fix(
            actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=encounter,
            event=event, right=Right(**right), reason="misread the pump",
        )  # fmt: skip

    def told(self, world: World) -> list[tuple[str, str, int]]:
        found = discrepancies.waiting(clinic=world.id)
        return [(one.kind, one.drug, one.difference_ug or 0) for one in found]

    def test_half_the_rate_leaves_half_of_it_missing(
        self, world: World, bag: tuple[Room, Visit]
    ) -> None:
        _room, visit = bag
        gave_ug = visit.pump.chair.given_ug()
        started = InfusionEvent.of(world.id).get(encounter_id=visit.encounter, kind="started")
        self.fix(visit, rate_ug_per_h=started.rate_ug_per_h // 2)
        now_ug = visit.pump.chair.given_ug()
        assert now_ug < gave_ug * 0.6
        [(kind, drug, difference_ug)] = self.told(world)
        assert (kind, drug) == ("corrected", "ketamine")
        assert abs(difference_ug - (gave_ug - now_ug)) < 10
        chained(world)

    def test_a_word_about_the_same_rate_opens_nothing(
        self, world: World, bag: tuple[Room, Visit]
    ) -> None:
        _room, visit = bag
        started = InfusionEvent.of(world.id).get(encounter_id=visit.encounter, kind="started")
        self.fix(visit, rate_ug_per_h=started.rate_ug_per_h)
        assert self.told(world) == []

    def test_a_bolus_told_late_is_too_much(self, world: World, bag: tuple[Room, Visit]) -> None:
        _room, visit = bag
        at = world.at - timedelta(minutes=30)
        visit.pump.ask("bolus", dose_ug=9_000, at=at, reported=True, detail={"over_min": 10})
        [(kind, _drug, difference_ug)] = self.told(world)
        assert (kind, difference_ug) == ("corrected", -9_000)
        chained(world)

    def test_an_open_bag_changes_nothing(self, world: World) -> None:
        _room, visit, _portion = infused(world)
        world.later(minutes=1)
        self.fix(visit, rate_ug_per_h=10_000)
        assert self.told(world) == []
