"""Staff see which messages failed and why, and let one be tried again."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, override_settings

from reprieve.interop.messages import deliver
from reprieve.pathway import closing, messages, outbox
from reprieve.records.models import Clinic, OutboxMessage
from reprieve.records.queries import outbox as queries
from tests import world as w


def failed(world: w.World) -> OutboxMessage:
    patient, _ = w.person(world, email="")
    messages.enqueue(
        clinic=world.id, template="link", at=world.at, patient=patient,
        params={"path": "/f/opaque"},
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPRIEVE_URL", "https://clinic.example/")
        deliver.deliver(clinic=world.id, at=world.at)
    return OutboxMessage.of(world.id).get()


def test_a_failure_is_shown_with_its_reason_and_can_be_tried_again(
    world: w.World, as_role: Callable[[str], Client]
) -> None:
    row = failed(world)
    desk = as_role("front_desk")
    answer: Any = desk.get("/outbox")
    assert "no e-mail address on file" in answer.content.decode()
    assert "Iva Invented" in answer.content.decode()
    assert "opaque" not in answer.content.decode()
    pressed = desk.post(f"/outbox/{row.pk}/retry", {"act": str(w.new())}, follow=True)
    assert "tried again within seconds" in pressed.content.decode()
    row.refresh_from_db()
    assert row.state == "waiting"


def test_an_empty_list_teaches(world: w.World, as_role: Callable[[str], Client]) -> None:
    assert "No messages yet" in as_role("manager").get("/outbox").content.decode()


@pytest.mark.parametrize("leaves", [True, False])
def test_a_server_that_sends_no_mail_says_so(
    leaves: bool, world: w.World, as_role: Callable[[str], Client]
) -> None:
    with override_settings(MAIL_LEAVES=leaves):
        page = as_role("manager").get("/outbox").content.decode()
    assert ("No mail leaves this server" in page) is not leaves


def test_a_demo_has_said_it_of_each_message(
    world: w.World, as_role: Callable[[str], Client]
) -> None:
    Clinic.objects.filter(pk=world.id).update(is_demo=True)
    with override_settings(MAIL_LEAVES=False):
        assert "No mail leaves" not in as_role("manager").get("/outbox").content.decode()


def test_trying_again_is_a_deliberate_act(
    world: w.World, as_role: Callable[[str], Client]
) -> None:
    row = failed(world)
    assert as_role("front_desk").get(f"/outbox/{row.pk}/retry").status_code == 405
    assert as_role("auditor").post(f"/outbox/{row.pk}/retry").status_code == 403


def text_by_mail(world: w.World, monkeypatch: pytest.MonkeyPatch) -> tuple[uuid.UUID, uuid.UUID]:
    """A reminder by text that did not arrive, and the mail in its place went out."""
    monkeypatch.setenv(messages.GATEWAY, "https://texts.example")
    patient, _ = w.person(world)
    text = messages.enqueue(
        clinic=world.id, template=messages.FORMS, at=world.at, patient=patient, channel="sms",
        params={"path": "/f/opaque"},
    )  # fmt: skip
    OutboxMessage.of(world.id).filter(pk=text).update(state="sent", attempts=1)
    with override_settings(MAIL_LEAVES=True):
        outbox.receipt(message=text, at=world.at, arrived=False, reason="handset off")
    return patient, text


def test_a_failed_text_shows_the_mail_that_went_in_its_place(
    world: w.World, as_role: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, text = text_by_mail(world, monkeypatch)
    desk = as_role("front_desk")
    for address in ("/outbox", f"/patients/{patient}/links"):
        page = desk.get(address).content.decode()
        for words in ("handset off", "Then by e-mail", "Waiting"):
            assert words in page
        assert "Call the pati" not in page
    assert "E-mail, in place of a text" in desk.get("/outbox").content.decode()
    assert "did not go out" not in desk.get("/outbox").content.decode()
    OutboxMessage.of(world.id).filter(pk=queries.mail_instead(text)).update(state="failed")
    assert "2 messages did not go out" in desk.get("/outbox").content.decode()
    page = desk.get(f"/patients/{patient}/links").content.decode()
    assert "Call the patient" in page
    assert "opaque" not in page
    closing.close(
        actor=world["physician"], uid=w.new(), at=world.at, patient=patient, because="died",
        reason="as the family told",
    )  # fmt: skip
    page = desk.get(f"/patients/{patient}/links").content.decode()
    assert "handset off" in page
    assert "Call the patient" not in page
