"""The diary behind a patient's link: a day is saved once, late or not, and a low mood is heard."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from reprieve.pathway import closing, links
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import by_link
from reprieve.records.models import DiaryEntry
from reprieve.records.queries import links as known
from reprieve.records.queries import risk
from tests.web.links_site import JSON, Make, said, start
from tests.world import World, new


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

    def test_a_day_told_before_care_ended_is_heard_after_it(
        self, world: World, phone: Client, token: Make, patient: uuid.UUID
    ) -> None:
        path = f"/d/{token()}"
        start(phone, path)
        early, ended = world.at, world.later(minutes=30)
        closing.close(
            actor=world["front_desk"], uid=new(), at=ended, patient=patient,
            because="lost_to_follow_up", reason="No answer for weeks.",
        )  # fmt: skip
        grave = said(world, mood="0")
        for told in ("", ended.isoformat(), "soon"):
            assert phone.post(path, grave | {"told": told}, headers=JSON).status_code == 410
        sent = grave | {"told": early.isoformat()}
        assert Client().post(path, sent, headers=JSON).status_code == 410  # another phone
        answer = phone.post(path, sent, headers=JSON)
        assert answer.json() == {"saved": True, "alert": True}
        assert risk.state(clinic=world.id, patient=patient) == "alert_open"

    def test_a_link_that_was_ended_by_hand_takes_nothing_after_it(
        self, world: World, phone: Client, token: Make, patient: uuid.UUID
    ) -> None:
        """Whoever has that telephone is not asked again because the patient has left since."""
        path = f"/d/{token()}"
        start(phone, path)
        early = world.at
        row = known.of_patient(clinic=world.id, patient=patient)[0]
        links.revoke(
            actor=world["front_desk"], uid=new(), at=world.later(minutes=10), link=row.id
        )
        closing.close(
            actor=world["front_desk"], uid=new(), at=world.later(minutes=10), patient=patient,
            because="moved_away", reason="Told by telephone.",
        )  # fmt: skip
        sent = said(world, mood="0") | {"told": early.isoformat()}
        assert phone.post(path, sent, headers=JSON).status_code == 410
        assert not DiaryEntry.of(world.id).exists()
        with pytest.raises(NotNow):
            links.usable(
                actor=by_link(world.id, patient), at=world.at, link=row.id, told=early
            )

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
