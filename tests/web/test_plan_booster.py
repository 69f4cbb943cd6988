"""A booster signed on the plan's page is held to the shortest gap, as one that is accepted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import clock
from reprieve.pathway.booking import Slot
from reprieve.records.models import CarePlan
from reprieve.records.queries import ladders
from reprieve.records.queries.treatments import zone_of
from tests import booking_desk as desk
from tests import gate_desk
from tests.treated import responder
from tests.web.test_plan import R10, signed
from tests.world import World

AsRole = Callable[[str], Client]


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The pages see the test's clock."""
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    return world


def test_a_booster_booked_too_near_already_asks_why(
    world: World, as_role: AsRole
) -> None:
    made, doctor = responder(world, weeks=()), as_role("physician")
    made.put("consented")
    first = ladders.earliest(clinic=world.id, patient=made.patient, at=world.at)
    assert first is not None
    near = datetime.combine(first - timedelta(days=1), time(10), zone_of(world.id))
    [chair] = desk.chairs(world, 1)
    desk.book_anyway(world, made.patient, Slot(starts_at=near, kind="infusion", chair=chair))
    world.later(minutes=1)
    shown = doctor.get(reverse("plan_sign", args=[made.patient, R10])).content.decode()
    assert "Needed for a booster before" in shown
    answer = signed(doctor, made.patient, weight="70", is_booster="on")
    assert answer.status_code == 422
    assert 'id="id_nearer_error"' in answer.content.decode()
    answer = signed(doctor, made.patient, weight="70", nearer="travels")
    assert "is for a booster alone" in answer.content.decode()
    assert not CarePlan.of(world.id).filter(is_booster=True).exists()
    answer = signed(doctor, made.patient, weight="70", is_booster="on", nearer="travels")
    assert answer.status_code == 302
    page = doctor.get(reverse("maintenance", args=[made.patient])).content.decode()
    assert "Nearer than the shortest gap: travels" in page


def test_before_any_infusion_nothing_is_asked_of_the_gap(
    world: World, as_role: AsRole
) -> None:
    patient = gate_desk.consented(world)
    shown = as_role("physician").get(reverse("plan_sign", args=[patient, R10]))
    assert 'name="is_booster"' in shown.content.decode()
    assert 'name="nearer"' not in shown.content.decode()
