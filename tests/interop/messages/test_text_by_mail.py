"""A reminder whose text fails for good goes by mail, once, where mail may be sent; else: call."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from reprieve.pathway import (
    booking,
    closing,
    messages,
    outbox,
    patients,
    reminder_choice,
    text_by_mail,
)
from reprieve.pathway.booking import Slot
from reprieve.pathway.permissions import by_link
from reprieve.records.identity import Identity
from reprieve.records.models import OutboxMessage
from reprieve.records.queries import outbox as queries
from reprieve.records.queries import worklist as work
from tests import world as w
from tests.interop.messages.conftest import Mailbox
from tests.interop.messages.sending import Gateway, booked, go
from tests.world import World, new

REFUSES = 400
QUIET_H = 10  # from noon until ten in the evening, when nobody is disturbed


@pytest.fixture(autouse=True)
def leaves(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Mail leaves this server, and links have an address."""
    monkeypatch.setenv("REPRIEVE_URL", "https://clinic.example/")
    with override_settings(MAIL_LEAVES=True):
        yield


def by_text(world: World, **who: Any) -> uuid.UUID:
    """Somebody who chose to be reminded by text."""
    patient, _ = w.person(world, **who)
    reminder_choice.choose(
        actor=by_link(world.id, patient), uid=new(), at=world.later(seconds=1), patient=patient,
        wanted=True, way="sms",
    )  # fmt: skip
    return patient


def remind(world: World, patient: uuid.UUID, **more: Any) -> uuid.UUID:
    params = {"path": "/d/opaque", **more.pop("params", {})}
    given = {"template": messages.DIARY, "channel": "sms", **more}
    return messages.enqueue(clinic=world.id, at=world.at, patient=patient, params=params, **given)


def view(world: World, message: uuid.UUID) -> queries.OutboxView:
    return next(one for one in queries.listed(clinic=world.id) if one.id == message)


def fails(world: World, text: uuid.UUID, *, after: int) -> None:
    """It is tried so often, with no mail before the last try, and then given up."""
    for _ in range(after):
        assert view(world, text).then is None
        go(world)
        world.at = max(world.at, view(world, text).due_at)
    assert view(world, text).state == "failed"
    go(world)


def calls(world: World) -> list[work.WorkView]:
    return [one for one in work.waiting(clinic=world.id) if one.kind == outbox.FAILED_WORK]


def test_a_refused_text_goes_by_mail_once(
    world: World, gateway: Gateway, mailbox_server: Mailbox
) -> None:
    gateway.status = REFUSES
    patient = by_text(world)
    text = remind(world, patient)
    go(world)
    found = view(world, text)
    assert (found.state, found.channel, found.is_open) == ("failed", "sms", False)
    assert found.then is not None
    assert (found.then.state, found.then.channel) == ("waiting", "mail")
    assert calls(world) == []
    go(world)
    assert mailbox_server.to == ["iva@example.org"]
    body = mailbox_server.mails[0].get_content()
    assert "https://clinic.example/d/opaque" in body
    assert "/d/opaque/reminders" in body  # a mail's own way out
    assert "STOP" not in body
    assert len(gateway.texts) == 1
    found = view(world, text)
    assert found.then is not None
    assert found.then.state == "sent"
    assert view(world, found.then.id).is_instead
    assert queries.count_open(clinic=world.id) == 0
    # Somebody tries the text again, and it fails again: no second mail, but work.
    outbox.retry(actor=world["front_desk"], uid=new(), at=world.later(minutes=1), message=text)
    go(world)
    go(world)
    assert len(mailbox_server.mails) == 1
    assert len(calls(world)) == 1


def test_a_text_that_is_tried_again_takes_its_mail_back(
    world: World, gateway: Gateway, mailbox_server: Mailbox
) -> None:
    gateway.status = REFUSES
    text = remind(world, by_text(world))
    go(world)
    gateway.status = 200
    outbox.retry(actor=world["front_desk"], uid=new(), at=world.later(seconds=2), message=text)
    go(world)
    found = view(world, text)
    assert (found.state, len(gateway.texts), mailbox_server.mails) == ("sent", 2, [])
    assert found.then is not None
    assert found.then.state == "withdrawn"


def test_a_receipt_that_it_did_not_arrive_does_the_same(
    world: World, gateway: Gateway, mailbox_server: Mailbox
) -> None:
    text = remind(world, by_text(world))
    go(world)
    at = world.later(minutes=2)
    for _ in range(2):  # a gateway may tell it twice
        outbox.receipt(message=text, at=at, arrived=False, reason="handset off")
    go(world)
    assert len(mailbox_server.mails) == 1
    assert calls(world) == []


def test_after_the_last_try_and_never_before(
    world: World, gateway: Gateway, mailbox_server: Mailbox
) -> None:
    gateway.status = 503
    fails(world, remind(world, by_text(world)), after=outbox.MOST_TRIES)
    assert len(mailbox_server.mails) == 1


def test_before_it_expires_and_not_never(
    world: World, gateway: Gateway, mailbox_server: Mailbox
) -> None:
    gateway.status = 503
    until = (world.at + timedelta(hours=1)).isoformat()  # the tries are at 0, 1, 6, 21, 81 minutes
    text = remind(world, by_text(world), params={"expires_at": until})
    fails(world, text, after=4)
    assert len(mailbox_server.mails) == 1
    assert calls(world) == []


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_was_tried_in_vain_and_is_over_is_work(
    world: World, gateway: Gateway, by_hand: bool
) -> None:
    gateway.status = REFUSES if by_hand else 503
    patient = by_text(world, email="")
    until = (world.at + timedelta(hours=1)).isoformat()
    text = remind(world, patient, params={"expires_at": until})
    go(world)
    if by_hand:
        outbox.retry(actor=world["front_desk"], uid=new(), at=world.at, message=text)
    assert calls(world) == []
    world.later(hours=2)  # the server stood meanwhile
    go(world)
    assert view(world, text).state == "expired"
    assert [one.patient for one in calls(world)] == [patient]
    never = remind(world, patient, params={"expires_at": until})
    go(world)
    assert (view(world, never).state, len(calls(world))) == ("expired", 1)


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ({"email": ""}, "handset off"),
        ({}, "recipient opted out"),
        ({}, "21610: unsubscribed"),
        ({}, "blocked: STOP"),
    ],
)
@pytest.mark.usefixtures("gateway")
def test_where_no_mail_may_go_somebody_calls(
    world: World, who: dict[str, str], reason: str
) -> None:
    patient = by_text(world, **who)
    text = remind(world, patient)
    go(world)
    outbox.receipt(message=text, at=world.later(minutes=1), arrived=False, reason=reason)
    found = view(world, text)
    assert (found.state, found.then, found.is_open) == ("failed", None, True)
    assert [one.patient for one in calls(world)] == [patient]
    assert queries.count_open(clinic=world.id) == 1


@pytest.mark.parametrize(
    "says",
    [
        '{"code": 21610, "message": "not allowed"}',
        '{"message": "Attempt to send to unsubscribed recipient"}',
        f'{{"to": "+1 555 0100 199", "trace": "{"x" * 120}", "code":21610}}',
    ],
)
def test_a_stop_that_comes_as_a_refusal_ends_it(
    world: World, gateway: Gateway, mailbox_server: Mailbox, says: str
) -> None:
    gateway.status, gateway.says = REFUSES, says
    patient = by_text(world)
    text = remind(world, patient)
    for _ in range(2):
        go(world)
    assert (len(gateway.texts), mailbox_server.mails) == (1, [])
    assert [one.patient for one in calls(world)] == [patient]
    assert view(world, text).error.startswith("the gateway answered 400: ")
    assert "0199" not in view(world, text).error


@pytest.mark.parametrize("times", [1, 2])
def test_a_refusal_that_hands_back_the_text_is_no_stop_and_is_not_kept(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setenv(messages.INBOUND, "an-invented-word")  # then the text says: reply STOP
    text = remind(world, by_text(world))
    gateway.status, gateway.echoes = REFUSES, times
    go(world)
    assert "STOP" in gateway.texts[0]["text"]
    found = view(world, text)
    assert found.error.startswith("the gateway answered 400: ")
    assert "opaque" not in found.error
    assert found.then is not None


@pytest.mark.usefixtures("gateway")
def test_nor_where_no_mail_leaves_or_a_stop_came_or_care_ended(world: World) -> None:
    stopped, ended, lost = (by_text(world, email=f"{n}@example.org", mrn=n) for n in "abc")
    texts = [remind(world, one) for one in (stopped, ended, lost)]
    go(world)
    reminder_choice.choose(
        actor=by_link(world.id, stopped), uid=new(), at=world.later(minutes=1), patient=stopped,
        wanted=False,
    )  # fmt: skip
    closing.close(
        actor=world["physician"], uid=new(), at=world.at, patient=ended,
        because="declined_by_patient", reason="no more",
    )  # fmt: skip
    for text in texts[:2]:
        outbox.receipt(message=text, at=world.later(minutes=1), arrived=False)
    with override_settings(MAIL_LEAVES=False):
        outbox.receipt(message=texts[2], at=world.later(minutes=1), arrived=False)
    assert [view(world, text).then for text in texts] == [None] * 3


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize("because", ["died", "moved_away"])
def test_nobody_calls_who_died_or_moved_away_since(world: World, because: str) -> None:
    patient = by_text(world)
    text = remind(world, patient)
    go(world)
    closing.close(
        actor=world["physician"], uid=new(), at=world.later(minutes=1), patient=patient,
        because=because, reason="as the family told",
    )  # fmt: skip
    outbox.receipt(message=text, at=world.later(minutes=1), arrived=False)
    assert view(world, text).state == "failed"
    assert calls(world) == []
    # What goes to the staff about them still counts.
    call = remind(world, patient, template="clinician_review", to="+15550100170")
    OutboxMessage.of(world.id).filter(pk=call).update(state="sent", attempts=1)
    outbox.receipt(message=call, at=world.at, arrived=False)
    assert len(calls(world)) == 1


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize("what", ["stop", "gone"])
def test_what_changes_while_the_mail_waits_counts(
    world: World, mailbox_server: Mailbox, gateway: Gateway, what: str
) -> None:
    patient = by_text(world, phone="+1 555 010 7788")
    text = remind(world, patient)
    go(world)
    outbox.receipt(message=text, at=world.later(minutes=1), arrived=False)
    if what == "stop":
        at = world.later(minutes=1)
        assert reminder_choice.told_by_text(phone="+15550107788", text="stop", at=at) == 1
    else:
        patients.correct(
            actor=world["front_desk"], uid=new(), at=world.later(minutes=1), patient=patient,
            identity=Identity(given="Iva", family="Invented", phone="+1 555 010 7788"),
        )  # fmt: skip
    go(world)
    assert mailbox_server.mails == []
    assert len(gateway.texts) == 1  # the mail in its place is no second text
    found = view(world, text).then
    assert found is not None
    assert found.state == ("withdrawn" if what == "stop" else "failed")
    assert len(calls(world)) == (what == "gone")


def test_a_mail_that_is_refused_too_is_work(
    world: World, gateway: Gateway, mailbox_server: Mailbox
) -> None:
    gateway.status, mailbox_server.answer = REFUSES, "550 no such mailbox"
    text = remind(world, by_text(world))
    go(world)
    assert calls(world) == []
    go(world)
    assert view(world, text).is_open
    assert len(calls(world)) == 1


@pytest.mark.usefixtures("gateway")
def test_a_mail_that_would_come_too_late_is_work(world: World) -> None:
    until = (world.at + timedelta(hours=QUIET_H + 1)).isoformat()
    text = remind(world, by_text(world), params={"expires_at": until})
    go(world)
    outbox.receipt(message=text, at=world.later(hours=QUIET_H), arrived=False)
    go(world)  # it is night, and the mail waits
    assert calls(world) == []
    world.later(hours=QUIET_H)
    go(world)
    found = view(world, text)
    assert found.then is not None
    assert (found.then.state, found.is_open) == ("expired", True)
    assert len(calls(world)) == 1
    late = remind(world, by_text(world, mrn="B"), params={"expires_at": until})
    OutboxMessage.of(world.id).filter(pk=late).update(state="sent", attempts=1)
    outbox.receipt(message=late, at=world.at, arrived=False)
    assert view(world, late).then is None


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize(
    ("act", "goes"), [("", True), ("moved", False), ("cancelled", False), ("arrived", False)]
)
def test_a_visit_that_changed_is_not_announced_again(world: World, act: str, goes: bool) -> None:
    patient = by_text(world)
    visit = booked(world, patient)
    text = remind(world, patient, template=messages.REMINDER, appointment=visit)
    OutboxMessage.of(world.id).filter(pk=text).update(state="sent", attempts=1)
    who: dict[str, Any] = {"actor": world["front_desk"], "uid": new(), "at": world.later(minutes=1)}
    if act == "moved":
        to = Slot(starts_at=world.at + timedelta(days=13, minutes=-1), kind="consultation")
        booking.move(**who, appointment=visit, wanted=to)
    elif act:
        booking.mark(**who, appointment=visit, act=act, reason="said so")
    outbox.receipt(message=text, at=world.later(minutes=1), arrived=False)
    assert (view(world, text).then is not None) is goes


@pytest.mark.usefixtures("gateway")
def test_codes_links_and_calls_to_staff_stay_texts(world: World) -> None:
    patient = by_text(world)
    for more in (
        {"template": "read_code", "params": {"code": "1234"}}, {"template": "link"},
        {"to": "+15550100170"}, {"channel": "mail", "template": "link"},
    ):  # fmt: skip
        one = remind(world, patient, **more)
        OutboxMessage.of(world.id).filter(pk=one).update(state="sent", attempts=1)
        outbox.receipt(message=one, at=world.later(minutes=1), arrived=False)
        assert view(world, one).then is None
    assert len(calls(world)) == 4
    assert not text_by_mail.is_instead({})
