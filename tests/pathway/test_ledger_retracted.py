"""A drug is taken back that a syringe gave: nothing goes back into a vial, and it is missing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest

from reprieve.pathway import ledger_losses
from reprieve.records import verify
from reprieve.records.models import WorkItem
from reprieve.records.queries import discrepancies, portions, undrawn
from reprieve.records.queries.discrepancies import DiscrepancyView
from tests.chairside import Chair
from tests.drug_chart import give, take_back
from tests.drug_room import MIDAZOLAM, Room, with_bag
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
    chair = drawn.chair
    first = give(chair, reported=True)
    assert drawn.closes("1")
    take_back(chair, first)
    world.later(minutes=1)
    take_back(chair, give(chair, reported=True))
    [found] = drawn.waiting  # the same milligram, once
    assert found.difference_ug == 1_000
    world.later(minutes=1)
    anew = give(chair, reported=True)
    ledger_losses.judge(
        **drawn.room.act("medical_director"), discrepancy=found.id, kind="explained",
        text="It was given, and is charted again.",
    )  # fmt: skip
    assert drawn.waiting == []
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
    take_back(drawn.chair, give(drawn.chair, mg="0.001", corrects=first))
    [found] = drawn.waiting
    assert (found.kind, found.difference_ug) == ("retracted", 1_000)
    assert found.encounter == drawn.chair.encounter
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
