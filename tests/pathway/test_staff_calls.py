"""Staff are called by every way that is there, and a call says nothing of anybody."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from reprieve.pathway import escalation, messages, risk, staff_calls, worklist
from reprieve.pathway.staff_calls import Wish
from reprieve.records.models import OutboxMessage, Practitioner
from reprieve.records.queries import people
from reprieve.records.queries.people import StaffMember
from tests import world as worlds
from tests.world import World

PHONE = "+1 555 0100 144"
MAIL, TEXT = ("mail", "ada@example.org"), ("sms", PHONE)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(messages.GATEWAY, "https://gateway.example/texts")


@pytest.fixture
def world(db: None) -> World:
    return worlds.found()


def somebody(*, email: str = "ada@example.org", phone: str = PHONE) -> StaffMember:
    return StaffMember(
        id=uuid.uuid4(), clinic=uuid.uuid4(), user=1, name="Ada Invented", email=email,
        phone=phone, active=True, roles=frozenset({"physician"}),
    )  # fmt: skip


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize(
    ("email", "phone", "wish", "found"),
    [
        ("ada@example.org", PHONE, "both", [TEXT, MAIL]),
        ("ada@example.org", PHONE, "mail", [MAIL]),
        ("ada@example.org", PHONE, "text", [TEXT]),
        ("ada@example.org", "", "text", [MAIL]),
        ("ada@example.org", "ask Bea", "both", [MAIL]),
        ("", PHONE, "mail", [TEXT]),
        ("", "", "both", []),
    ],
)
def test_a_call_goes_out_by_some_way_if_there_is_any(
    email: str, phone: str, wish: Wish, found: list[tuple[str, str]]
) -> None:
    assert staff_calls.ways(somebody(email=email, phone=phone), wish=wish) == found


@pytest.mark.parametrize("wish", ["both", "text"])
def test_without_a_gateway_there_is_mail(wish: Wish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(messages.GATEWAY, raising=False)
    assert staff_calls.ways(somebody(), wish=wish) == [MAIL]


def reachable(world: World, role: str) -> StaffMember:
    person = world[role].practitioner
    assert person is not None
    Practitioner.of(world.id).filter(pk=person).update(phone=PHONE)
    found = people.member(clinic=world.id, practitioner=person)
    assert found is not None
    return found


def sent(world: World) -> list[tuple[str, str, str]]:
    rows = OutboxMessage.of(world.id).order_by("channel")
    assert {row.patient_id for row in rows} <= {None}
    assert [messages.content(row)[1] for row in rows] == [{}] * len(rows)
    return [(row.template, row.channel, messages.content(row)[0]) for row in rows]


@pytest.mark.usefixtures("gateway")
def test_an_alert_about_a_life_reaches_the_telephone(world: World) -> None:
    doctor = reachable(world, "physician")
    patient, _ = worlds.person(world)
    risk.alert(actor=world["infusion_nurse"], at=world.at, patient=patient)
    assert sent(world) == [
        ("clinician_review", "mail", doctor.email), ("clinician_review", "sms", PHONE)
    ]  # fmt: skip


@pytest.mark.usefixtures("gateway")
def test_the_next_one_on_call_is_texted_too(world: World) -> None:
    patient, _ = worlds.person(world)
    risk.alert(actor=world["infusion_nurse"], at=world.at, patient=patient)
    reachable(world, "physician")  # the number is written in after the first call
    assert risk.escalate_due(clinic=world.id, at=world.at + timedelta(hours=1)) == 1
    assert [channel for _, channel, _ in sent(world)] == ["mail", "mail", "sms"]


@pytest.mark.usefixtures("gateway")
def test_who_overdue_work_is_handed_to_is_texted(world: World) -> None:
    doctor = reachable(world, "physician")
    patient, _ = worlds.person(world)
    worklist.open_item(
        actor=world["infusion_nurse"], at=world.at, kind="call_24h",
        owner_role="infusion_nurse", due_at=world.at, patient=patient,
    )  # fmt: skip
    assert escalation.escalate_due(clinic=world.id, at=world.at) == 1
    assert sent(world) == [
        ("clinician_review", "mail", doctor.email), ("clinician_review", "sms", PHONE)
    ]  # fmt: skip


def test_nobody_to_call_is_no_message(world: World) -> None:
    assert staff_calls.call(None, clinic=world.id, at=world.at) == 0
    assert sent(world) == []
