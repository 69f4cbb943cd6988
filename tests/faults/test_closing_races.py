"""A visit is booked while its day is being closed: it is refused, or the desk hears of it."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest

from reprieve.pathway import booking, closed_days
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import Conflict
from reprieve.records.queries import closed_days as queries
from reprieve.records.queries import worklist as lists
from tests import booking_desk as desk
from tests.faults.together import together
from tests.house.engines import Copy
from tests.world import World, found, new, person

MONDAY = date(2026, 3, 9)


@pytest.fixture
def world(fresh_database: Copy) -> World:
    return found()


def test_no_visit_stays_unseen_on_a_day_closed_at_the_same_moment(world: World) -> None:
    patient = person(world)[0]
    later = world.at + timedelta(minutes=1)

    def close_or_book(number: int) -> object:
        if number == 0:
            return closed_days.close(
                actor=world["manager"], uid=new(), at=world.at, first=MONDAY, last=MONDAY,
                reason="new floor",
            )  # fmt: skip
        return booking.book(
            actor=world["front_desk"], uid=new(), at=later, patient=patient,
            wanted=Slot(starts_at=desk.at(9, 9), kind="consultation"),
        )  # fmt: skip

    closed, visit = together(close_or_book, hands=2)
    assert closed == 1
    seen = [one.visit.id for one in queries.touched(clinic=world.id, at=later)]
    asked = [i for i in lists.waiting(clinic=world.id) if i.kind == closed_days.KIND]
    if isinstance(visit, uuid.UUID):
        assert (seen, len(asked)) == ([visit], 1)
    else:
        assert isinstance(visit, Conflict)
        assert (seen, asked) == ([], [])
