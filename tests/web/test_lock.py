"""The idle lock: patient data behind a password, alarms never."""

import time
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from reprieve.web import lock
from tests import world as w

Browser = Callable[[str], Client]


@pytest.fixture
def nurse(as_role: Browser) -> object:
    with override_settings(ROOT_URLCONF="tests.web.probe_urls"):
        client = as_role("infusion_nurse")
        assert client.get("/probe").status_code == 200
        yield client


def leave_idle(client: Client, minutes: float) -> None:
    session = client.session
    session[lock.SEEN] = time.time() - minutes * 60
    session.save()


def test_a_screen_in_use_stays_open(nurse: Client) -> None:
    leave_idle(nurse, 9)
    began = time.time()
    assert nurse.get("/probe").status_code == 200
    assert nurse.session[lock.SEEN] >= began


def test_input_is_not_written_at_every_request(nurse: Client) -> None:
    seen = nurse.session[lock.SEEN]
    nurse.get("/probe")
    assert nurse.session[lock.SEEN] == seen


def test_an_idle_screen_asks_for_the_password(nurse: Client) -> None:
    leave_idle(nurse, 11)
    answer = nurse.get("/probe")
    assert answer.status_code == lock.HTTP_LOCKED
    assert "Screen locked" in answer.content.decode()
    assert b"America" not in answer.content


def test_alarms_go_on_behind_the_lock_and_do_not_open_it(nurse: Client) -> None:
    leave_idle(nurse, 11)
    assert nurse.get("/live/probe").content == b"alarms"
    assert nurse.get("/probe").status_code == lock.HTTP_LOCKED


def test_polling_keeps_no_screen_awake(nurse: Client) -> None:
    leave_idle(nurse, 9)
    before = nurse.session[lock.SEEN]
    nurse.get("/live/probe")
    assert nurse.session[lock.SEEN] == before


def test_the_right_password_opens_it_again(nurse: Client) -> None:
    leave_idle(nurse, 11)
    assert nurse.post("/session/unlock", {"password": "wrong"}).status_code == 422
    assert nurse.get("/probe").status_code == lock.HTTP_LOCKED
    assert nurse.post("/session/unlock", {"password": w.PASSWORD}).status_code == 204
    assert nurse.get("/probe").status_code == 200


def test_a_form_sent_from_a_locked_screen_is_kept(nurse: Client) -> None:
    leave_idle(nurse, 11)
    asked = nurse.post("/probe", {"said": "<b>31 mL</b>", "csrfmiddlewaretoken": "x"})
    page = asked.content.decode()
    assert asked.status_code == lock.HTTP_LOCKED
    assert 'name="said" value="&lt;b&gt;31 mL&lt;/b&gt;"' in page
    assert page.count("csrfmiddlewaretoken") == page.count("<form")
    again = {"said": "31 mL", lock.PASSWORD: "wrong"}
    assert "not the password" in nurse.post("/probe", again).content.decode()
    done = nurse.post("/probe", {"said": "31 mL", lock.PASSWORD: w.PASSWORD})
    assert done.content == b"America/New_York 31 mL"


def test_a_file_that_cannot_be_kept_is_said(nurse: Client) -> None:
    leave_idle(nurse, 11)
    answer = nurse.post("/probe", {"file": SimpleUploadedFile("letter.pdf", b"x")})
    assert "add them again" in answer.content.decode()


def test_an_htmx_part_shows_the_lock_on_the_page(nurse: Client) -> None:
    leave_idle(nurse, 11)
    answer = nurse.get("/probe", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Trigger"]) == (lock.HTTP_LOCKED, "reprieve:lock")


def test_a_screen_can_be_locked_at_once(nurse: Client) -> None:
    assert nurse.post("/session/lock").status_code == 204
    assert nurse.get("/probe").status_code == lock.HTTP_LOCKED
    assert nurse.post("/session/active").status_code == lock.HTTP_LOCKED


def test_typing_without_sending_counts_as_input(nurse: Client) -> None:
    leave_idle(nurse, 9)
    began = time.time()
    assert nurse.post("/session/active").status_code == 204
    assert nurse.session[lock.SEEN] >= began


def test_another_persons_password_does_not_open_it(world: w.World, nurse: Client) -> None:
    nurse.post("/session/lock")
    tried = {"password": w.PASSWORD, "login": world.emails["physician"]}
    assert nurse.post("/session/unlock", tried).status_code == 204
    assert int(nurse.session["_auth_user_id"]) == world["infusion_nurse"].user


def test_guessing_at_the_lock_is_stopped(nurse: Client) -> None:
    nurse.post("/session/lock")
    script = {"X-Reprieve-Unlock": "1"}
    guesses = [{"password": f"guess-{n}"} for n in range(6)]
    tried = [nurse.post("/session/unlock", guess, headers=script).status_code for guess in guesses]
    assert tried == [422] * 4 + [429] * 2
    right = nurse.post("/session/unlock", {"password": w.PASSWORD}, headers=script)
    assert right.status_code == 429
