"""Forms and the own page behind a patient's link: filled in once, read back by a code."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

from django.test import Client

from reprieve.pathway import diary, messages
from reprieve.pathway.diary import Day
from reprieve.records.models import (
    AccessEntry,
    OutboxMessage,
    PatientLink,
    QuestionnaireResponse,
)
from reprieve.records.queries import risk
from tests.web.links_site import JSON, PEG, Make, phq_items, start
from tests.world import World, new


class TestForms:
    def test_a_set_is_filled_in_once_form_by_form(
        self, world: World, phone: Client, token: Make
    ) -> None:
        path = f"/f/{token('evaluation')}"
        start(phone, path)
        phq = {f"q-{i}": "0" for i in phq_items()}
        for name, answers in (
            ("nrs", {"q-pain": "7"}), ("peg", PEG), ("phq-9", phq), ("body-map", {"q-neck": "on"}),
            ("gad-7", {f"q-q{n}": "0" for n in range(1, 8)}),
            ("audit-c", {f"q-q{n}": "0" for n in range(1, 4)}),
            ("promis-pain-interference-4a", {f"q-painin{n}": "3" for n in (9, 22, 31, 34)}),
            ("personal-goal", {"q-near": "2", "words": "Walk to the market"}),
        ):  # fmt: skip
            assert f'value="{name}"' in phone.get(path).content.decode()
            answer = phone.post(path, {"act": str(new()), "form": name, **answers})
            assert answer.status_code == 302
        assert b"Your answers are saved" in phone.get(path).content
        row = PatientLink.of(world.id).get()
        assert row.submitted_key is not None
        assert QuestionnaireResponse.of(world.id).filter(complete=True).count() == 8
        promis = QuestionnaireResponse.of(world.id).get(instrument="promis-pain-interference-4a")
        assert promis.score["t_score"] == 61.2
        phone.post(path, {"act": str(new()), "form": "peg", **PEG})
        assert QuestionnaireResponse.of(world.id).count() == 8

    def test_the_same_press_twice_saves_once(
        self, world: World, phone: Client, token: Make
    ) -> None:
        path = f"/f/{token('evaluation')}"
        start(phone, path)
        press = {"act": str(new()), "form": "nrs", "q-pain": "7"}
        for _ in range(2):
            assert phone.post(path, press).status_code == 302
        assert QuestionnaireResponse.of(world.id).count() == 1

    def test_what_the_phone_keeps_has_no_answer(
        self, phone: Client, token: Make
    ) -> None:
        secret = token("peg")
        start(phone, f"/f/{secret}")
        phone.post(f"/f/{secret}/draft", {"form": "peg", "q-pain": "7"}, headers=JSON)
        assert "checked" in phone.get(f"/f/{secret}").content.decode()
        kept = phone.get(f"/f/{secret}?empty=1").content.decode()
        assert "q-enjoyment" in kept
        assert "data-kept" in kept
        assert "checked" not in kept
        worker = phone.get("/form-worker.js")
        assert worker["Service-Worker-Allowed"] == "/f/"
        assert "form-worker.js" in worker.content.decode()

    def test_a_draft_is_kept_and_heard(
        self, world: World, patient: uuid.UUID, phone: Client, token: Make
    ) -> None:
        secret = token("phq-9")
        start(phone, f"/f/{secret}")
        ninth = phq_items()[8]
        answer = phone.post(
            f"/f/{secret}/draft", {"form": "phq-9", f"q-{ninth}": "1"}, headers=JSON
        )
        assert answer.json() == {"alert": True}
        assert risk.state(clinic=world.id, patient=patient) == "alert_open"
        page = phone.get(f"/f/{secret}").content.decode()
        assert re.search(rf'name="q-{ninth}"[^>]*value="1"[^>]*checked', page)
        none = phone.post(f"/f/{secret}/draft", {"form": "peg"}, headers=JSON)
        assert none.json() == {"alert": False}

    def test_a_change_after_sending_is_heard_and_said(
        self, world: World, patient: uuid.UUID, phone: Client, token: Make
    ) -> None:
        secret = token("phq-9")
        path = f"/f/{secret}"
        start(phone, path)
        calm = {"form": "phq-9", **{f"q-{i}": "0" for i in phq_items()}}
        assert phone.post(path, {"act": str(new()), **calm}).status_code == 302
        assert phone.post(path, {"act": str(new()), **calm}).status_code == 302, "nothing is new"
        grave = calm | {f"q-{phq_items()[8]}": "2"}
        assert phone.post(f"{path}/draft", calm).json() == {"alert": False}
        assert risk.state(clinic=world.id, patient=patient) == "none"
        assert phone.post(f"{path}/draft", grave).json() == {"alert": True}
        assert risk.state(clinic=world.id, patient=patient) == "alert_open"
        late = phone.post(path, {"act": str(new()), **grave})
        assert late.status_code == 409
        assert b"This form was sent before" in late.content
        assert b"988" in late.content
        finished = QuestionnaireResponse.of(world.id).filter(complete=True)
        assert [row.score["total"] for row in finished] == [0]
        assert b"Your answers are saved" in phone.get(path).content

    def test_another_window_of_a_form_that_was_sent_leads_on(
        self, phone: Client, token: Make
    ) -> None:
        path = f"/f/{token('evaluation')}"
        start(phone, path)
        phone.post(path, {"act": str(new()), "form": "nrs", "q-pain": "7"})
        late = phone.post(path, {"act": str(new()), "form": "nrs", "q-pain": "2"})
        assert (late.status_code, f'href="{path}"' in late.content.decode()) == (409, True)
        assert b"call or text 988" not in late.content  # the link may hold any three digits
        assert phone.post(path, {"form": "dreams"}).status_code == 302

    def test_after_a_grave_answer_the_patient_reads_whom_to_call(
        self, world: World, phone: Client, token: Make
    ) -> None:
        path = f"/f/{token('phq-9')}"
        start(phone, path)
        grave = {f"q-{i}": "1" for i in phq_items()}
        answer = phone.post(path, {"act": str(new()), "form": "phq-9", **grave})
        assert b"988" in answer.content
        assert b"Your answers are saved" in answer.content

    def test_what_is_missing_is_shown_beside_its_question(
        self, phone: Client, token: Make
    ) -> None:
        path = f"/f/{token('peg')}"
        start(phone, path)
        answer = phone.post(path, {"act": str(new()), "form": "peg", "q-pain": "3"})
        assert answer.status_code == 422


class TestProgress:
    def code(self, world: World) -> str:
        row = OutboxMessage.of(world.id).filter(template="read_code").latest("created_at")
        return str(messages.content(row)[1]["code"])

    def ask(self, phone: Client, secret: str) -> None:
        assert phone.post(f"/me/{secret}/code", {"act": str(new())}).status_code == 302

    def test_reading_needs_a_code(
        self, world: World, patient: uuid.UUID, phone: Client, token: Make
    ) -> None:
        diary.save(
            actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, mode="call",
            said=Day(day=(world.at - timedelta(days=1)).date(), average_pain=5),
        )  # fmt: skip
        secret = token()
        start(phone, f"/me/{secret}")
        assert b"Send me a code" in phone.get(f"/me/{secret}").content
        self.ask(phone, secret)
        assert b"mail address" in phone.get(f"/me/{secret}").content
        answer = phone.post(f"/me/{secret}/check", {"code": self.code(world)})
        assert answer.status_code == 302
        page = phone.get(f"/me/{secret}").content.decode()
        assert "My curve" in page
        assert "my-curve" in page
        row = AccessEntry.objects.get(view="my progress")
        assert (row.actor, row.shown) == (f"patient:{patient}", [str(patient)])
        assert "you" in phone.get(f"/me/{secret}").content.decode()

    def test_a_press_that_was_sent_twice_leaves_the_mailed_code_right(
        self, world: World, phone: Client, token: Make
    ) -> None:
        secret, press = token(), {"act": str(new())}
        start(phone, f"/me/{secret}")
        for _ in range(2):
            assert phone.post(f"/me/{secret}/code", press).status_code == 302
        answer = phone.post(f"/me/{secret}/check", {"code": self.code(world)})
        assert answer.status_code == 302

    def test_a_wrong_code_five_times_ends_it(
        self, world: World, phone: Client, token: Make
    ) -> None:
        secret = token()
        start(phone, f"/me/{secret}")
        self.ask(phone, secret)
        right = self.code(world)
        wrong = "111111" if right != "111111" else "222222"
        for _ in range(5):
            assert phone.post(f"/me/{secret}/check", {"code": wrong}).status_code == 422
        assert phone.post(f"/me/{secret}/check", {"code": right}).status_code == 409
        assert b"My curve" not in phone.get(f"/me/{secret}").content

    def test_without_asking_no_code_is_right(self, phone: Client, token: Make) -> None:
        secret = token()
        start(phone, f"/me/{secret}")
        assert phone.post(f"/me/{secret}/check", {"code": ""}).status_code == 409

    def test_a_code_opens_its_own_link_alone(
        self, world: World, phone: Client, token: Make
    ) -> None:
        one, other = token(), token("progress")
        for secret in (one, other):
            start(phone, f"/me/{secret}")
        self.ask(phone, one)
        phone.post(f"/me/{one}/check", {"code": self.code(world)})
        assert b"Send me a code" in phone.get(f"/me/{other}").content

    def test_a_used_form_still_opens_the_own_page(self, phone: Client, token: Make) -> None:
        secret = token("peg")
        start(phone, f"/f/{secret}")
        phone.post(f"/f/{secret}", {"act": str(new()), "form": "peg", **PEG})
        assert b"Send me a code" in phone.get(f"/me/{secret}").content
