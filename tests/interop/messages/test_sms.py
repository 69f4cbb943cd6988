"""Texts go out by a real gateway, with a way out and nothing of anybody, and never in the clear."""

from __future__ import annotations

import re
import socket
import threading

import pytest

from reprieve.pathway import messages, reminder_choice, risk
from reprieve.records.models import OutboxMessage, Practitioner
from reprieve.records.queries import outbox as queries
from tests import world as w
from tests.interop.messages.conftest import Mailbox
from tests.interop.messages.sending import Gateway, booked, go, states
from tests.world import World, new


def test_who_has_no_mailbox_gets_a_text_where_a_gateway_is_set(
    world: World, gateway: Gateway
) -> None:
    patient, _ = w.person(world, email="")
    booked(world, patient)
    go(world)
    [text] = gateway.texts
    assert text["to"] == "+15550100199"
    assert text["text"].startswith("Your appointment is booked for Fri 13 Mar 2026, 13:00.")
    assert gateway.tokens == ["Bearer not-a-secret"]


@pytest.mark.parametrize("answers", [True, False])
def test_a_diary_prompt_by_text_has_its_link_a_way_out_and_nothing_else(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, answers: bool
) -> None:
    monkeypatch.setenv("REPRIEVE_URL", "https://clinic.example/")
    if answers:
        monkeypatch.setenv(messages.INBOUND, "an-invented-word")
    patient, _ = w.person(world, email="")
    messages.enqueue(
        clinic=world.id, template="diary_prompt", at=world.at, patient=patient, channel="sms",
        params={"path": "/d/opaque"},
    )  # fmt: skip
    go(world)
    [text] = gateway.texts
    assert "https://clinic.example/d/opaque" in text["text"]
    assert ("Reply STOP" in text["text"]) is answers
    assert ("/d/opaque/reminders" in text["text"]) is not answers
    assert not re.search("Iva|pain|ketamine|infusion", text["text"])


@pytest.mark.parametrize(("status", "state"), [(400, "failed"), (429, "waiting"), (503, "waiting")])
def test_a_gateway_that_refuses(world: World, gateway: Gateway, status: int, state: str) -> None:
    gateway.status = status
    messages.enqueue(
        clinic=world.id, template="clinician_review", at=world.at, to="+15550100", channel="sms"
    )
    go(world)
    assert states(world, "clinician_review") == [state]


def test_what_answers_in_another_tongue_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for to in ("+15550100", "+15550101"):
        messages.enqueue(
            clinic=world.id, template="clinician_review", at=world.at, to=to, channel="sms"
        )
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("REPRIEVE_SMS_URL", f"http://127.0.0.1:{other.getsockname()[1]}/")
        threading.Thread(target=_speak, args=(other,), daemon=True).start()
        go(world)
    assert states(world, "clinician_review") == ["waiting", "waiting"]
    # The first did not keep the second from its turn.
    assert set(OutboxMessage.of(world.id).values_list("attempts", flat=True)) == {1}


def _speak(other: socket.socket) -> None:
    for _ in range(2):
        connection, _ = other.accept()
        connection.recv(65_536)
        connection.sendall(b"220 mail.invented ESMTP\r\n")
        connection.close()


def test_a_gateway_in_the_clear_is_never_used(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPRIEVE_SMS_URL", "http://gateway.example/texts")
    messages.enqueue(
        clinic=world.id, template="clinician_review", at=world.at, to="+15550100", channel="sms"
    )
    go(world)
    [row] = queries.listed(clinic=world.id, states=["failed"])
    assert row.error == "REPRIEVE_SMS_URL: needs an https address"


def test_a_call_to_staff_by_text_says_nothing_of_anybody(world: World, gateway: Gateway) -> None:
    Practitioner.of(world.id).filter(pk=world["physician"].practitioner).update(phone="5550100144")
    patient, _ = w.person(world)
    risk.alert(actor=world["infusion_nurse"], at=world.at, patient=patient)
    go(world)
    [text] = gateway.texts
    assert text["to"] == "5550100144"
    assert "Please sign in now" in text["text"]
    assert not re.search(r"Iva|Invented,|risk|patient|ketamin", text["text"], re.IGNORECASE)


def test_texts_are_off_without_a_gateway(world: World) -> None:
    messages.enqueue(
        clinic=world.id, template="clinician_review", at=world.at, to="+15550100", channel="sms"
    )
    go(world)
    [row] = queries.listed(clinic=world.id, states=["failed"])
    assert row.error == "no text gateway is set"


def test_a_reminder_goes_as_the_patient_chose(
    world: World, gateway: Gateway, mailbox_server: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPRIEVE_URL", "https://clinic.example/")
    patient, _ = w.person(world)

    def prompt() -> None:
        messages.enqueue(
            clinic=world.id, template="diary_prompt", at=world.at, patient=patient,
            params={"path": "/d/opaque"},
        )  # fmt: skip
        go(world)

    prompt()
    assert (len(mailbox_server.mails), len(gateway.texts)) == (1, 0)
    reminder_choice.choose(
        actor=world["front_desk"], uid=new(), at=world.later(minutes=1), patient=patient,
        wanted=True, way="sms",
    )  # fmt: skip
    prompt()
    assert (len(mailbox_server.mails), gateway.texts[-1]["to"]) == (1, "+15550100199")
    monkeypatch.delenv("REPRIEVE_SMS_URL")
    prompt()
    assert (len(mailbox_server.mails), len(gateway.texts)) == (2, 1)
