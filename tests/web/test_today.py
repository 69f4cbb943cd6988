"""Today: each role's first page, and what it counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from reprieve.pathway import booking, clock, worklist
from reprieve.pathway.booking import Slot
from reprieve.records.models import InfusionState, OutboxMessage
from tests import booking_desk as desk
from tests import world as w

As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon on Tuesday 3 March 2026 in New York."""
    monkeypatch.setattr(clock, "real", lambda: w.NOON)


@pytest.mark.parametrize("role", ["front_desk", "infusion_nurse", "physician", "medical_director"])
def test_it_is_the_first_page(role: str, as_role: As) -> None:
    assert as_role(role).get("/home")["Location"] == "/today"


def test_an_empty_day_teaches(as_role: As) -> None:
    page = as_role("front_desk").get("/today").content.decode()
    assert "Nobody is booked today" in page
    assert "Nothing waits for you" in page


def test_who_waits_and_what_failed_is_counted(world: w.World, as_role: As) -> None:
    patient, _ = w.person(world)
    (chair, _) = desk.chairs(world)
    made = desk.book(world, patient, Slot(starts_at=desk.at(3, 14), kind="infusion", chair=chair))
    booking.mark(
        actor=world["front_desk"], uid=w.new(), at=world.at, appointment=made, act="arrived"
    )
    OutboxMessage.of(world.id).update(state="failed")
    page = as_role("front_desk").get("/today").content.decode()
    assert "1 waiting" in page
    assert "could not be sent" in page
    assert "Iva Invented" in page
    printed = as_role("front_desk").get("/today?print").content.decode()
    assert "Iva Invented" in printed
    assert "Waits for me" not in printed


def test_who_sits_in_a_chair_waits_no_more(world: w.World, as_role: As) -> None:
    patient, episode = w.person(world)
    made = desk.book(world, patient, Slot(starts_at=desk.at(3, 14), kind="follow_up"))
    booking.mark(
        actor=world["front_desk"], uid=w.new(), at=world.at, appointment=made, act="arrived"
    )
    encounter = w.prepared(world, patient, episode)
    page = as_role("infusion_nurse").get("/today").content.decode()
    assert "0 waiting" in page
    assert "being prepared" in page
    assert f"/infusion/{encounter}" in page
    assert f"/infusion/{encounter}" not in as_role("front_desk").get("/today").content.decode()


def test_a_sounding_alarm_is_on_the_nurses_page_alone(world: w.World, as_role: As) -> None:
    from reprieve.monitoring.alarm_state import Alarm, State

    patient, episode = w.person(world)
    encounter = w.prepared(world, patient, episode)
    alarm = Alarm(
        id="1", key="spo2", signal="spo2", limit="spo2.low", priority="high", kind="clinical",
        phase="active", run_ms=1, last_ms=2,
    )  # fmt: skip
    row = InfusionState.of(world.id).get(encounter_id=encounter)
    row.alarm_fold = State(alarms={"spo2": alarm}).to_json()
    row.save()
    assert "high alarm" in as_role("infusion_nurse").get("/today").content.decode()
    assert "high alarm" not in as_role("front_desk").get("/today").content.decode()


def test_my_roles_work_is_listed_with_its_time(world: w.World, as_role: As) -> None:
    patient, _ = w.person(world)
    worklist.open_item(
        actor=world["physician"], at=world.at, kind="cosign", owner_role="physician",
        due_at=desk.at(3, 9), patient=patient,
    )  # fmt: skip
    for role in ("physician", "medical_director"):
        page = as_role(role).get("/today").content.decode()
        assert "Co-sign a verbal order" in page
        assert "was due" in page
    assert "Co-sign" not in as_role("front_desk").get("/today").content.decode()
