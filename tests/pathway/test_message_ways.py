"""Reminders by text or mail: as the patient chose, by what reaches them, and never after a stop."""

from __future__ import annotations

import uuid
from datetime import time
from typing import Any

import pytest

from reprieve.interop.messages.render import Sender, render
from reprieve.knowledge import BadValue
from reprieve.pathway import links, messages, outbox, reminder_choice
from reprieve.pathway.permissions import by_link
from reprieve.records.models import OutboxMessage, ReminderChoice
from reprieve.records.queries import reminder_choices
from tests import world as worlds
from tests.world import World, new

NAMED = Sender(name="", phone="", address="", timezone="America/New_York", url="https://c.example")


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(messages.GATEWAY, "https://texts.example")
    monkeypatch.setenv(messages.INBOUND, "an-invented-word")


def choose(world: World, patient: uuid.UUID, **more: Any) -> None:
    reminder_choice.choose(
        actor=by_link(world.id, patient), uid=new(), at=world.later(seconds=1), patient=patient,
        **{"wanted": True, **more},
    )  # fmt: skip


def remind(world: World, patient: uuid.UUID, template: str = messages.DIARY) -> outbox.Due | None:
    """A reminder as it is taken to be sent; None: it is not."""
    kept = messages.enqueue(
        clinic=world.id, template=template, at=world.at, patient=patient, params={"path": "/d/x"}
    )
    taken = outbox.take(clinic=world.id, at=world.at, quiet_since=None)
    found = next((one for one in taken if one.id == kept), None)
    if found is not None:
        assert OutboxMessage.of(world.id).get(pk=kept).channel == found.channel, "as it is shown"
    return found


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize(
    ("way", "email", "phone", "goes"),
    [
        ("", "iva@example.org", "+15550100199", "mail"),
        ("sms", "iva@example.org", "+15550100199", "sms"),
        ("mail", "iva@example.org", "+15550100199", "mail"),
        ("", "", "+15550100199", "sms"),
        ("", "iva@example.org", "", "mail"),
        ("", "", "", "mail"),
    ],
)
def test_it_goes_as_chosen_or_by_what_reaches(
    world: World, way: str, email: str, phone: str, goes: str
) -> None:
    patient, _ = worlds.person(world, email=email, phone=phone)
    if way:
        choose(world, patient, way=way)
    for template in (messages.DIARY, messages.FORMS):
        due = remind(world, patient, template)
        assert due is not None
        assert due.channel == goes
        says_stop = "Reply STOP" in render(due, sender=NAMED).body
        assert says_stop is (goes == "sms"), "each way has its own way out"
    assert links.way(clinic=world.id, patient=patient) == (goes if email or phone else "")


def test_a_chosen_text_goes_by_mail_where_texts_are_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(messages.GATEWAY, "https://texts.example")
    patient, _ = worlds.person(world)
    choose(world, patient, way="sms")
    monkeypatch.delenv(messages.GATEWAY)
    due = remind(world, patient)
    assert due is not None
    assert due.channel == "mail"
    assert "/reminders" in render(due, sender=NAMED).body


@pytest.mark.usefixtures("gateway")
def test_what_somebody_asked_for_goes_where_it_was_sent(world: World) -> None:
    patient, _ = worlds.person(world)
    choose(world, patient, way="sms")
    code = remind(world, patient, "link")
    assert code is not None
    assert code.channel == "mail"


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize(
    ("way", "who"),
    [("pigeon", {}), ("mail", {"email": ""}), ("sms", {"phone": ""})],
)
def test_a_way_that_does_not_reach_is_refused(
    world: World, way: str, who: dict[str, str]
) -> None:
    patient, _ = worlds.person(world, **who)
    with pytest.raises(BadValue) as refused:
        choose(world, patient, way=way)
    assert refused.value.field == "way"
    assert not ReminderChoice.of(world.id).exists()


def test_without_a_gateway_nobody_chooses_texts(world: World) -> None:
    patient, _ = worlds.person(world)
    with pytest.raises(BadValue, match="no text gateway"):
        choose(world, patient, way="sms")


@pytest.mark.usefixtures("gateway")
def test_a_stop_ends_both_ways_and_keeps_what_was_chosen(world: World) -> None:
    patient, _ = worlds.person(world, phone="+1 555 010 7788")
    choose(world, patient, way="sms", evening=time(20, 0))
    at = world.later(minutes=1)
    assert reminder_choice.told_by_text(phone="+15550107788", text="Stop", at=at) == 1
    assert remind(world, patient) is None, "neither by text nor by mail"
    stopped = reminder_choices.of(clinic=world.id, patient=patient)
    assert (stopped.wanted, stopped.way, stopped.evening) == (False, "sms", time(20, 0))
    at = world.later(minutes=1)
    assert reminder_choice.told_by_text(phone="+15550107788", text="START", at=at) == 1
    due = remind(world, patient)
    assert due is not None
    assert due.channel == "sms"
    choose(world, patient, way="")
    again = remind(world, patient)
    assert again is not None
    assert again.channel == "mail"
