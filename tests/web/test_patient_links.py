"""Pages behind a patient's link: scanners change nothing, one browser, words for every refusal."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from reprieve.pathway import diary, links, messages
from reprieve.pathway.diary import Day
from reprieve.records.models import (
    AccessEntry,
    DiaryEntry,
    OutboxMessage,
    PatientLink,
    QuestionnaireResponse,
)
from reprieve.records.queries import links as known
from reprieve.records.queries import risk
from tests import world as worlds
from tests.world import World, new

Make = Callable[..., str]
JSON = {"Accept": "application/json"}


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    from reprieve.pathway import clock

    world.at = clock.real()
    return worlds.person(world)[0]


@pytest.fixture
def token(world: World, patient: uuid.UUID) -> Make:
    """`token("diary")` is the secret of a new link of that form."""

    def make(form: str = "diary", **more: Any) -> str:
        link = links.make(
            actor=world["front_desk"], uid=new(), at=world.at, patient=patient, form=form, **more
        )
        return known.token_of(clinic=world.id, link=link)

    return make


@pytest.fixture
def phone(nobody: Client) -> Client:
    return nobody


def start(phone: Client, path: str) -> None:
    answer = phone.post(path, {"start": "1"})
    assert answer.status_code == 302, answer.content


def said(world: World, **changes: Any) -> dict[str, Any]:
    from reprieve.records.queries.treatments import zone_of

    today = world.at.astimezone(zone_of(world.id)).date()
    values = {
        "act": str(new()), "day": today.isoformat(), "moment": "evening", "average_pain": "4",
        "worst_pain": "6", "function": "5", "mood": "7",
    }  # fmt: skip
    return {**values, **changes}


class TestDoor:
    def test_opening_writes_nothing_not_even_a_session(self, phone: Client, token: Make) -> None:
        path = f"/d/{token()}"
        start(phone, path)
        for page in (path, f"{path}/saved"):
            assert phone.get(page).status_code == 200
        assert not Session.objects.exists()
        assert "sessionid" not in phone.cookies

    def test_a_mail_scanner_changes_nothing(self, phone: Client, token: Make) -> None:
        path = f"/d/{token()}"
        for _ in range(3):
            answer = phone.get(path)
            assert answer.status_code == 200
            assert "link-" not in "".join(answer.cookies)
        row = PatientLink.objects.every().get()
        assert (row.bound_sha256, row.submitted_key) == (None, None)

    def test_the_press_binds_it_to_this_browser(self, phone: Client, token: Make) -> None:
        path = f"/d/{token()}"
        start(phone, path)
        assert "How strong was your pain" in phone.get(path).content.decode()
        other = Client().get(path)
        assert other.status_code == 409
        assert b"another device" in other.content
        assert Client().post(path, {"start": "1"}).status_code == 409

    def test_the_cookie_is_no_scripts_business(self, phone: Client, token: Make) -> None:
        answer = phone.post(f"/d/{token()}", {"start": "1"})
        (made,) = [c for name, c in answer.cookies.items() if name.startswith("link-")]
        assert made["httponly"]
        assert made["samesite"] == "Lax"

    @pytest.mark.parametrize("path", ["/d/sample", "/f/sample", "/me/sample", "/d/" + "x" * 500])
    def test_an_unknown_link(self, phone: Client, path: str) -> None:
        answer = phone.get(path)
        assert answer.status_code == 404
        assert b"does not work" in answer.content
        assert phone.get(path, headers=JSON).json()["error"]

    def test_a_link_for_another_form(self, phone: Client, token: Make) -> None:
        secret = token("peg")
        assert phone.get(f"/d/{secret}").status_code == 404
        assert phone.get(f"/f/{secret}").status_code == 200

    def test_over_and_ended(self, world: World, phone: Client, token: Make) -> None:
        world.at -= timedelta(days=40)
        old = token()
        assert phone.get(f"/d/{old}").status_code == 410
        world.at += timedelta(days=40)
        ended = token()
        row = known.by_token(ended)
        assert row is not None
        links.revoke(actor=world["front_desk"], uid=new(), at=world.at, link=row.id)
        assert phone.get(f"/d/{ended}").status_code == 410

    def test_no_page_tells_anybody_where_it_came_from(self, phone: Client, token: Make) -> None:
        answer = phone.get(f"/d/{token()}")
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cache-Control"] == "private, no-store"

    @pytest.mark.usefixtures("patient")
    def test_it_speaks_the_patients_language(self, world: World, phone: Client) -> None:
        from reprieve.pathway import patients
        from reprieve.records.identity import Identity

        done = patients.register(
            actor=world["front_desk"], uid=new(), at=world.at, language="es",
            identity=Identity(given="Inés", family="Inventada"),
        )  # fmt: skip
        link = links.make(
            actor=world["front_desk"], uid=new(), at=world.at, form="diary",
            patient=uuid.UUID(done["id"]),
        )  # fmt: skip
        path = f"/d/{known.token_of(clinic=world.id, link=link)}"
        assert "Empezar" in phone.get(path).content.decode()
        phone.cookies["django_language"] = "en"
        assert "Start on this device" in phone.get(path).content.decode()


class TestDiary:
    def test_a_day_is_saved(self, world: World, phone: Client, token: Make) -> None:
        path = f"/d/{token()}"
        start(phone, path)
        answer = phone.post(path, said(world, bladder="no", fall="yes", sleep="6"))
        assert answer["Location"] == f"{path}/saved"
        assert b"Thank you" in phone.get(answer["Location"]).content
        row = DiaryEntry.of(world.id).get()
        assert (row.average_pain, row.mode) == (4, "home")
        assert row.extras == {"moment": "evening", "bladder": False, "fall": True, "sleep": 6}

    def test_a_day_that_waited_on_the_phone_is_taken(
        self, world: World, phone: Client, token: Make
    ) -> None:
        path = f"/d/{token()}"
        start(phone, path)
        early = world.at - timedelta(days=5)
        day = said(world, day=(early - timedelta(days=1)).date().isoformat())
        for told in ("", "yesterday", "2026-03-03T08:00:00"):
            assert phone.post(path, day | {"told": told}, headers=JSON).status_code == 400
        answer = phone.post(path, day | {"told": early.isoformat()}, headers=JSON)
        assert answer.json() == {"saved": True, "alert": False}

    def test_a_resent_day_counts_once(self, world: World, phone: Client, token: Make) -> None:
        path, day = f"/d/{token()}", said(world)
        start(phone, path)
        for _ in range(2):
            answer = phone.post(path, day, headers=JSON)
            assert answer.json() == {"saved": True, "alert": False}
        assert DiaryEntry.of(world.id).count() == 1

    def test_a_low_mood_shows_whom_to_call(
        self, world: World, patient: uuid.UUID, phone: Client, token: Make
    ) -> None:
        path = f"/d/{token()}"
        start(phone, path)
        answer = phone.post(path, said(world, mood="1"))
        assert b"988" in phone.get(answer["Location"]).content
        assert risk.state(clinic=world.id, patient=patient) == "alert_open"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"average_pain": "11"}, "average_pain"),
            ({"mood": "calm"}, "mood"),
            ({"day": "2999-01-01"}, "day"),
            ({"day": "never"}, "day"),
            ({"worst_pain": "1"}, "worst_pain"),
            ({"act": "1"}, "act"),
        ],
    )
    def test_a_refusal_names_the_question(
        self, world: World, phone: Client, token: Make, changes: dict[str, str], field: str
    ) -> None:
        path = f"/d/{token()}"
        start(phone, path)
        answer = phone.post(path, said(world, **changes), headers=JSON)
        assert (answer.status_code, answer.json()["field"]) == (400, field)
        assert phone.post(path, said(world, **changes)).status_code == 400
        assert not DiaryEntry.of(world.id).exists()

    def test_nothing_is_written_before_the_press(
        self, world: World, phone: Client, token: Make
    ) -> None:
        path = f"/d/{token()}"
        phone.post(path, said(world))
        assert not DiaryEntry.of(world.id).exists()

    def test_the_worker_may_rule_the_diary_alone(self, phone: Client) -> None:
        answer = phone.get("/diary-worker.js")
        assert answer["Service-Worker-Allowed"] == "/d/"
        assert "diary-worker.js" in answer.content.decode()


PEG = {"q-pain": "6", "q-enjoyment": "5", "q-activity": "4"}


class TestForms:
    def test_a_set_is_filled_in_once_form_by_form(
        self, world: World, phone: Client, token: Make
    ) -> None:
        path = f"/f/{token('evaluation')}"
        start(phone, path)
        phq = {f"q-{i}": "0" for i in _phq_items()}
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
        ninth = _phq_items()[8]
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
        calm = {"form": "phq-9", **{f"q-{i}": "0" for i in _phq_items()}}
        assert phone.post(path, {"act": str(new()), **calm}).status_code == 302
        assert phone.post(path, {"act": str(new()), **calm}).status_code == 302, "nothing is new"
        grave = calm | {f"q-{_phq_items()[8]}": "2"}
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
        grave = {f"q-{i}": "1" for i in _phq_items()}
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


def _phq_items() -> list[str]:
    from reprieve.clinical.instruments import instrument

    return [item.id for item in instrument("phq-9").items]
