"""Pages behind a patient's link: scanners change nothing, one browser, words for every refusal."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from reprieve.pathway import links
from reprieve.records.models import (
    PatientLink,
)
from reprieve.records.queries import links as known
from tests.web.links_site import JSON, Make, start
from tests.world import World, new


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
