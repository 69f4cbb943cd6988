"""Two people settle a patient's last two visits at one moment: the work about them ends."""

from __future__ import annotations

import pytest

from reprieve.pathway import booking, work_review
from reprieve.pathway.booking import Slot
from reprieve.records.models import Appointment, WorkItem
from tests import booking_desk as desk
from tests import world as w
from tests.faults.together import together
from tests.house.engines import Copy
from tests.world import World, found, new


@pytest.fixture
def world(fresh_database: Copy) -> World:
    return found()


@pytest.mark.parametrize("_round", range(3))
def test_the_later_of_two_sees_what_the_first_settled(world: World, _round: int) -> None:
    patient, _ = w.person(world)
    visits = [
        desk.book_anyway(world, patient, Slot(starts_at=desk.at(9, hour), kind="follow_up"))
        for hour in (9, 11)
    ]
    world.at = desk.at(10, 0, 10)
    work_review.review_all(clinic=world.id, at=world.at)

    def settle(number: int) -> object:
        return booking.mark(
            actor=world["front_desk"], uid=new(), at=world.at, appointment=visits[number],
            act="arrived",
        )  # fmt: skip

    assert together(settle, hands=2) == [None, None]
    assert {one.status for one in Appointment.of(world.id)} == {"arrived"}
    waits = WorkItem.of(world.id).filter(kind="not_come", state__in=("open", "seen"))
    assert not waits.exists()
