"""The tablet in a patient's hands: their forms, their language, and nothing else."""

from __future__ import annotations

import uuid

import pytest

from reprieve.pathway import patients
from reprieve.records.identity import Identity
from reprieve.records.queries import observations
from tests import world as worlds
from tests.web.evaluation_site import Browser, path, send, text
from tests.world import World, new


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def test_the_tablet_shows_one_patients_forms_and_locks_the_rest(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    assert client.get("/kiosk").status_code == 404
    assert send(client, f"/patients/{patient}/kiosk")["Location"] == "/kiosk"
    assert client.get(path(patient)).status_code == 423
    assert client.get("/live/board").status_code == 423  # other patients, in this one's hands
    first = client.get("/kiosk")
    assert "1 of 8" in text(first)
    assert "Invented" not in text(first).replace(world.clinic.name, "")
    again = send(client, "/kiosk", form="nrs")
    assert again.status_code == 422
    assert send(client, "/kiosk", form="nrs", **{"q-pain": "6"}).status_code == 302
    assert send(client, "/kiosk", form="nrs", **{"q-pain": "6"}).status_code == 302
    found = observations.history(clinic=world.id, patient=patient, code="nrs")
    assert [(v.value, v.provenance, v.mode) for v in found] == [(6, "patient", "kiosk")]
    assert "2 of 8" in text(client.get("/kiosk"))


def test_the_tablet_speaks_the_patients_language_until_another_is_pressed(
    world: World, as_role: Browser
) -> None:
    done = patients.register(
        actor=world["front_desk"], uid=new(), at=world.at, language="es",
        identity=Identity(given="Inés", family="Inventada"),
    )  # fmt: skip
    client = as_role("infusion_nurse")
    client.cookies["django_language"] = "en"
    send(client, f"/patients/{done['id']}/kiosk", moment="pre-session")
    page = text(client.get("/kiosk"))
    assert 'lang="es"' in page
    assert "Siguiente" in page
    refused = text(send(client, "/kiosk", form="nrs"))
    assert "Elija una respuesta" in refused
    client.cookies["django_language"] = "en"
    assert 'lang="en"' in text(client.get("/kiosk")), "pressed on the tablet"
    client.cookies["django_language"] = ""
    assert send(client, "/kiosk", form="nrs", **{"q-pain": "6"}).status_code == 302
    calm = {f"q-q{n}": "0" for n in range(1, 10)}
    assert send(client, "/kiosk", form="phq-9", **calm).status_code == 302
    thanks = client.get("/kiosk")
    assert 'lang="es"' in text(thanks)
    assert thanks.cookies["django_language"].value == "en", "what the staff had chosen"


def test_a_moment_that_is_not_one_hands_nothing_over(as_role: Browser, patient: uuid.UUID) -> None:
    client = as_role("infusion_nurse")
    answer = send(client, f"/patients/{patient}/kiosk", moment="bedtime")
    assert answer.status_code == 400
    assert client.get("/kiosk").status_code == 404


def test_the_tablet_shows_the_crisis_text_at_once_and_thanks_at_the_end(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    send(client, f"/patients/{patient}/kiosk", moment="pre-session")
    send(client, "/kiosk", form="nrs", **{"q-pain": "6"})
    drafted = client.post("/kiosk/draft", {"form": "phq-9", "q-q9": "2"})
    assert drafted.json() == {"alert": True}
    answers = {f"q-q{n}": "2" for n in range(1, 10)}
    page = send(client, "/kiosk", form="phq-9", **answers)
    assert (page.status_code, "988" in text(page)) == (200, True)
    assert "nobody reads forms at night" in text(page)
    assert client.post("/kiosk/draft", {"form": "phq-9", "q-q9": "2"}).json() == {"alert": False}
    assert client.post("/kiosk/draft", {"form": "phq-9", "q-q9": "3"}).json() == {"alert": True}
    late = send(client, "/kiosk", form="nrs", **{"q-pain": "9"})
    assert (late.status_code, "This form was sent before" in text(late)) == (409, True)
    assert send(client, "/kiosk", form="peg").status_code == 302
    assert "Please give the tablet back" in text(client.get("/kiosk"))
    assert client.get("/kiosk").status_code == 404
    assert client.get(path(patient)).status_code == 423
