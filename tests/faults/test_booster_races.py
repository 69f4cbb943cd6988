"""A booster is accepted while the desk books: no date nearer than the gap goes unseen."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import maintenance, planning
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import Conflict
from reprieve.pathway.maintenance import Accepted
from reprieve.pathway.planning import Plan
from reprieve.records.models import Appointment, CarePlan
from reprieve.records.queries import ladders
from reprieve.records.queries.treatments import zone_of
from tests import booking_desk as desk
from tests.faults.together import together
from tests.house.engines import Copy
from tests.treated import REGIMEN, responder
from tests.world import PASSWORD, World, found, new

BOOSTER = Plan(
    regimen=REGIMEN, weight_kg=Decimal(70), condition="crps", rationale="invented for a test",
    is_booster=True,
)  # fmt: skip


@pytest.fixture
def world(fresh_database: Copy) -> World:
    return found()


@pytest.mark.parametrize("way", ["accepted", "signed as a plan"])
def test_the_desk_is_refused_or_the_physician_is_asked_why(world: World, way: str) -> None:
    made = responder(world, weeks=())
    [chair] = desk.chairs(world, 1)
    first = ladders.earliest(clinic=world.id, patient=made.patient, at=world.at)
    assert first is not None
    near = datetime.combine(first - timedelta(days=1), time(10), tzinfo=zone_of(world.id))

    made.put("follow_up" if way == "accepted" else "consented")

    def accept_or_book(number: int) -> object:
        if number == 0 and way == "signed as a plan":
            return planning.sign(
                actor=world["physician"], uid=new(), at=world.at, patient=made.patient,
                plan=BOOSTER, password=PASSWORD,
            )  # fmt: skip
        if number == 0:
            return maintenance.accept(
                actor=world["physician"], uid=new(), at=world.at, patient=made.patient,
                accepted=Accepted(reason="it fades"), password=PASSWORD,
            )  # fmt: skip
        return desk.book_anyway(
            world, made.patient, Slot(starts_at=near, kind="infusion", chair=chair)
        )

    accepted, visit = together(accept_or_book, hands=2)
    is_planned = CarePlan.of(world.id).filter(is_booster=True).exists()
    is_booked = Appointment.of(world.id).filter(kind="infusion").exists()
    if isinstance(visit, uuid.UUID):
        assert isinstance(accepted, BadValue)
        assert (is_planned, is_booked) == (False, True)
    else:
        assert isinstance(visit, Conflict)
        assert (is_planned, is_booked) == (True, False)
