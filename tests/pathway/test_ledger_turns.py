"""Which bag or syringe a milligram came out of, and what is told when the chart says it late."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from reprieve.pathway import ledger_losses
from reprieve.pathway.permissions import PERMISSIONS
from reprieve.records.queries import discrepancies, undrawn
from tests.chairside import Chair
from tests.drug_chart import give, take_back
from tests.drug_room import MIDAZOLAM, Room, left_ml, two_bags, with_bag
from tests.gate_desk import Visit
from tests.world import World


def told(world: World) -> list[tuple[str, int]]:
    found = discrepancies.waiting(clinic=world.id)
    return [(one.kind, one.difference_ug or 0) for one in found]


@pytest.fixture
def bags(world: World) -> tuple[Room, Visit, uuid.UUID]:
    """A second bag has run for five minutes after a first of 32, at one rate."""
    room, visit, (first, _second) = two_bags(world)
    world.later(minutes=5)
    return room, visit, first


def test_a_first_bag_gave_what_ran_until_the_change(
    world: World, bags: tuple[Room, Visit, uuid.UUID]
) -> None:
    room, visit, first = bags
    gave_ug = room.portion(first).given_ug
    assert gave_ug == visit.pump.chair.given_ug(world.at - timedelta(minutes=5)) > 10_000
    assert room.account(first, **left_ml(world, first)).within
    assert told(world) == []
    visit.pump.ask("ended")
    assert room.portion(first).given_ug == gave_ug
    assert told(world) == []


@pytest.mark.parametrize(("kind", "minutes"), [("paused", 30), ("ended", 36)])
def test_an_act_of_an_earlier_time_moves_no_closed_bag_in_silence(
    world: World, bags: tuple[Room, Visit, uuid.UUID], kind: str, minutes: int
) -> None:
    room, visit, first = bags
    assert room.account(first, **left_ml(world, first)).within
    before = room.portion(first).given_ug
    visit.pump.ask(kind, at=world.at - timedelta(minutes=minutes))
    off = before - room.portion(first).given_ug
    assert off > 6_000
    assert told(world) == [("corrected", off)]


@pytest.fixture
def room(world: World) -> tuple[Room, Chair, uuid.UUID]:
    """A vial of midazolam, 1 mg in each mL, and a patient in the chair."""
    made, visit, _ = with_bag(world)
    [vial] = made.receive(MIDAZOLAM, count=1)
    return made, Chair(world, visit.encounter, visit.patient), vial


class TestSyringes:
    def test_a_dose_told_late_of_a_closed_one_is_too_much(
        self, world: World, room: tuple[Room, Chair, uuid.UUID]
    ) -> None:
        cabinet, chair, vial = room
        syringe = cabinet.draw(chair.encounter, vial, "2")
        give(chair, reported=True)
        world.later(minutes=5)
        assert cabinet.account(syringe, syringe_ml="1").within
        world.later(minutes=5)
        give(chair, reported=True, given_at=world.at - timedelta(minutes=7))
        assert told(world) == [("corrected", -1_000)]
        assert undrawn.waiting(clinic=world.id) == []

    def test_a_dose_after_the_closing_came_from_none(
        self, world: World, room: tuple[Room, Chair, uuid.UUID]
    ) -> None:
        cabinet, chair, vial = room
        syringe = cabinet.draw(chair.encounter, vial, "2")
        give(chair, reported=True)
        assert cabinet.account(syringe, syringe_ml="1").within
        world.later(minutes=5)
        give(chair, reported=True)
        assert told(world) == []
        assert [one.drug for one in undrawn.waiting(clinic=world.id)] == ["midazolam"]
        assert cabinet.portion(syringe).given_ug == 1_000

    def test_it_is_the_next_ones_where_that_is_drawn_in_the_ledger_after_it(
        self, world: World, room: tuple[Room, Chair, uuid.UUID]
    ) -> None:
        cabinet, chair, vial = room
        syringe = cabinet.draw(chair.encounter, vial, "1")
        give(chair, reported=True)
        assert cabinet.account(syringe, syringe_ml="0").within
        world.later(minutes=1)
        second = give(chair, mg="1.5", reported=True)
        world.later(minutes=1)
        following = cabinet.draw(chair.encounter, vial, "2")
        give(chair, mg="2", corrects=second)
        assert told(world) == []
        assert (cabinet.portion(syringe).given_ug, cabinet.portion(following).given_ug) == (
            1_000, 2_000,
        )  # fmt: skip
        assert cabinet.account(following, syringe_ml="0").within

    @pytest.mark.parametrize(("by", "off_ug"), [("correction", 500), ("retraction", 1_500)])
    def test_a_closings_difference_that_was_explained_and_comes_again_is_told_again(
        self, world: World, room: tuple[Room, Chair, uuid.UUID], by: str, off_ug: int
    ) -> None:
        cabinet, chair, vial = room
        syringe = cabinet.draw(chair.encounter, vial, "2")
        wrong = give(chair, reported=True)
        assert not cabinet.account(syringe, syringe_ml="0.5").within
        world.later(minutes=1)
        right = give(chair, mg="1.5", corrects=wrong)
        [found] = discrepancies.waiting(clinic=world.id)
        ledger_losses.judge(
            **cabinet.act("medical_director"), discrepancy=found.id, kind="explained",
            text="charted as it was by now",
        )  # fmt: skip
        if by == "correction":
            give(chair, mg="1", corrects=right)
        else:
            take_back(chair, right)
        assert [ug for _, ug in told(world)] == [off_ug]

    def test_what_a_closing_left_within_its_tolerance_is_in_the_sum(
        self, world: World, room: tuple[Room, Chair, uuid.UUID]
    ) -> None:
        cabinet, chair, vial = room
        syringe = cabinet.draw(chair.encounter, vial, "2")
        first = give(chair, reported=True)
        closed = cabinet.account(syringe, syringe_ml="0.92")
        assert (closed.within, closed.difference_ug) == (True, 80)
        give(chair, mg="0.95", corrects=first)
        assert told(world) == [("corrected", 130)]


def test_whoever_charts_may_open_the_discrepancy_that_follows() -> None:
    """The act in the ledger is inside of the act on the chart: it must not refuse the truth."""
    handles = PERMISSIONS["ledger.handle"]
    assert PERMISSIONS["infusion.chart"] <= handles
    assert PERMISSIONS["infusion.run"] <= handles
