"""The page that moves or ends reminders, and the address where a text gateway hands answers on."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, override_settings

from reprieve.pathway import links, messages, outbox
from reprieve.records.models import OutboxMessage, Patient
from reprieve.records.queries import links as link_queries
from reprieve.records.queries import outbox as outbox_queries
from reprieve.records.queries import reminder_choices
from tests import world as w

TOKEN = "an-invented-word-of-the-gateway"


@pytest.fixture
def address(world: w.World) -> tuple[str, Any]:
    patient, _ = w.person(world, phone="555-010-7788")
    link = links.make(
        actor=world["front_desk"], uid=w.new(), at=world.at, patient=patient, form="diary"
    )
    token = link_queries.token_of(clinic=world.id, link=link)
    return f"/d/{token}/reminders", patient


def test_opening_changes_nothing_and_a_press_stops(
    world: w.World, address: tuple[str, Any]
) -> None:
    path, patient = address
    phone = Client()
    assert "Stop all reminders" in phone.get(path).content.decode()
    assert reminder_choices.of(clinic=world.id, patient=patient).wanted
    said = {"act": str(w.new()), "evening": "", "language": "en", "stop": "1"}
    answer = phone.post(path, said, follow=True)
    assert "Remind me again" in answer.content.decode()
    assert not reminder_choices.of(clinic=world.id, patient=patient).wanted
    assert "Iva" not in answer.content.decode().replace(path, "")  # a link spells what it likes


def test_hour_and_language_are_kept_and_an_hour_of_the_night_is_refused(
    world: w.World, address: tuple[str, Any]
) -> None:
    path, patient = address
    phone = Client()
    said = {"act": str(w.new()), "evening": "20:30", "language": "es"}
    answer = phone.post(path, said, follow=True)
    assert "Guardado" in answer.content.decode()
    chosen = reminder_choices.of(clinic=world.id, patient=patient).evening
    assert f"{chosen:%H:%M}" == "20:30"
    assert Patient.of(world.id).get(pk=patient).language == "es"
    assert phone.post(path, {**said, "evening": "03:00"}).status_code == 422
    assert phone.get("/d/nothing/reminders").status_code == 404


class TestWay:
    """Mail or text: offered where both reach, on the patient's page and to the staff."""

    @pytest.fixture
    def gateway(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(messages.GATEWAY, "https://texts.example")

    def test_nothing_is_offered_where_one_alone_reaches(
        self, world: w.World, address: tuple[str, Any], as_role: Any
    ) -> None:
        path, patient = address
        assert "How to remind me" not in Client().get(path).content.decode()
        page = as_role("front_desk").get(f"/patients/{patient}/links").content.decode()
        assert "How to remind me" not in page
        said = {"act": str(w.new()), "evening": "", "language": "en", "way": "sms"}
        assert Client().post(path, said).status_code == 302
        assert reminder_choices.of(clinic=world.id, patient=patient).way == ""

    @pytest.mark.usefixtures("gateway")
    def test_the_patient_chooses(self, world: w.World, address: tuple[str, Any]) -> None:
        path, patient = address
        assert "How to remind me" in Client().get(path).content.decode()
        said = {"act": str(w.new()), "evening": "20:30", "language": "en", "way": "sms"}
        page = Client().post(path, said, follow=True).content.decode()
        assert '<option value="sms" selected>' in page
        assert reminder_choices.of(clinic=world.id, patient=patient).way == "sms"
        assert Client().post(path, {**said, "way": "pigeon"}).status_code == 422

    @pytest.mark.usefixtures("gateway")
    def test_the_staff_choose_for_them_and_see_what_does_not_reach(
        self, world: w.World, address: tuple[str, Any], as_role: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        path, patient = address
        page = f"/patients/{patient}/links"
        said = {"act": str(w.new()), "evening": "20:30", "language": "en"}
        Client().post(path, said)
        desk = as_role("front_desk")
        answer = desk.post(f"{page}/reminders", {"act": str(w.new()), "way": "sms"}, follow=True)
        assert "Kept." in answer.content.decode()
        kept = reminder_choices.of(clinic=world.id, patient=patient)
        assert (kept.way, f"{kept.evening:%H:%M}") == ("sms", "20:30")
        bad = desk.post(f"{page}/reminders", {"act": str(w.new()), "way": "pigeon"})
        assert bad.status_code == 400
        monkeypatch.delenv(messages.GATEWAY)
        shown = desk.get(page).content.decode()
        assert "chosen: Text message, which does not reach" in shown
        stop = {"act": str(w.new()), "stop": "1"}
        shown = desk.post(f"{page}/reminders", stop, follow=True).content.decode()
        assert "stopped by the patient" in shown
        assert "Remind again" in shown
        # Another way chosen on a page that was open before does not ask again.
        desk.post(f"{page}/reminders", {"act": str(w.new()), "way": "mail"})
        assert not reminder_choices.of(clinic=world.id, patient=patient).wanted
        desk.post(f"{page}/reminders", {"act": str(w.new()), "again": "1"})
        assert reminder_choices.of(clinic=world.id, patient=patient).wanted
        assert as_role("auditor").post(f"{page}/reminders", stop).status_code == 403


def told(body: str, word: str = TOKEN) -> Any:
    return Client(enforce_csrf_checks=True).post(
        "/texts", body, content_type="application/json",
        headers={"Authorization": f"Bearer {word}"},
    )  # fmt: skip


class TestTexts:
    @pytest.fixture(autouse=True)
    def _word(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(messages.INBOUND, TOKEN)

    def test_stop_is_heard(self, world: w.World, address: tuple[str, Any]) -> None:
        assert told('{"from": "+15550107788", "text": "STOP"}').json() == {"changed": 1}
        assert not reminder_choices.of(clinic=world.id, patient=address[1]).wanted

    def test_a_receipt_is_seen_by_the_desk(
        self, world: w.World, as_role: Any, address: tuple[str, Any]
    ) -> None:
        row = messages.enqueue(
            clinic=world.id, template="clinician_review", at=world.at, patient=address[1],
            channel="sms", to="+15550100",
        )  # fmt: skip
        [due] = outbox.take(clinic=world.id, at=world.at, quiet_since=None)
        outbox.sent(due=due, at=world.at)
        assert told(f'{{"id": "{row}", "status": "delivered"}}').status_code == 200
        assert "Arrived" in as_role("front_desk").get("/outbox").content.decode()
        assert told(
            f'{{"id": "{row}", "status": "failed", "reason": "switched off"}}'
        ).status_code == 200
        assert "switched off" in as_role("front_desk").get("/outbox").content.decode()
        assert OutboxMessage.of(world.id).get(pk=row).state == "failed"

    @pytest.mark.parametrize(
        ("reason", "shown"),
        [("error 21610 from carrier", "error 21610 from carrier"),
         ("21610 +1 (555) 010-7788", "21610 …")],
    )  # fmt: skip
    def test_a_stop_that_comes_as_a_receipt_ends_it(
        self, world: w.World, address: tuple[str, Any], monkeypatch: pytest.MonkeyPatch,
        reason: str, shown: str,
    ) -> None:  # fmt: skip
        monkeypatch.setenv(messages.GATEWAY, "https://texts.example")
        text = messages.enqueue(
            clinic=world.id, template=messages.DIARY, at=world.at, patient=address[1],
            channel="sms", params={"path": "/d/opaque"},
        )  # fmt: skip
        OutboxMessage.of(world.id).filter(pk=text).update(state="sent", attempts=1)
        said = f'{{"id": "{text}", "status": "failed", "reason": "{reason}"}}'
        with override_settings(MAIL_LEAVES=True):
            assert told(said).status_code == 200
        [row] = outbox_queries.failed_lately(clinic=world.id, patient=address[1])
        assert row.error == f"the gateway could not deliver it: {shown}"
        assert (row.then, row.is_open) == (None, True)

    @pytest.mark.parametrize(
        ("body", "status"),
        [("{", 400), ("[]", 400), ('{"id": "x", "status": "delivered"}', 400),
         ('{"status": "lost"}', 400),
         ('{"id": "00000000-0000-0000-0000-000000000007", "status": "failed"}', 404)],
    )  # fmt: skip
    def test_what_cannot_be_read_is_refused(
        self, world: w.World, body: str, status: int
    ) -> None:
        assert told(body).status_code == status

    def test_without_the_word_it_is_closed(
        self, world: w.World, address: tuple[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stop = '{"from": "+15550107788", "text": "STOP"}'
        assert told(stop, "guessed").status_code == 403
        monkeypatch.delenv(messages.INBOUND)
        assert told(stop, "").status_code == 403
        assert reminder_choices.of(clinic=world.id, patient=address[1]).wanted
