"""The settings' pages: from a clinic just made to one in which somebody can be treated."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from reprieve.pathway import clock
from reprieve.records.queries import clinics, form_sets, people, settings
from tests import world as w

As = Callable[[str], Client]


def act(**more: object) -> dict[str, object]:
    return {"act": str(uuid.uuid4()), **more}


def facts(**more: object) -> dict[str, object]:
    said = {
        "phone": "+1 212 555 0100", "email": "hello@example.org", "physician": "Dr Invented",
        "address": "1 Example Street", "url": "https://clinic.example", "nurses": "2",
        "paper": "a4", "crisis_en": "Call 112.", "crisis_es": "Llame al 112.",
        "opens_0": "09:00", "closes_0": "17:00",
    }  # fmt: skip
    return act(**{**said, **more})


def test_what_the_clinic_says_of_itself_is_on_the_public_page(
    world: w.World, as_role: As, nobody: Client
) -> None:
    client = as_role("manager")
    page = client.get("/settings").content.decode()
    assert "There is no chair yet" in page
    assert 'value="08:00"' in page  # what a clinic works that has said nothing
    assert client.post("/settings", facts()).status_code == 302
    shown = nobody.get("/").content.decode()
    for words in ("tel:+1 212 555 0100", "mailto:hello@example.org", "Dr Invented", "Call 112."):
        assert words in shown
    page = client.get("/settings").content.decode()
    assert 'value="09:00"' in page
    assert 'value="08:00"' not in page
    assert "Llame al 112." in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"phone": "call us"}, "is not a telephone number"),
        ({"email": "nobody"}, "is not an e-mail address"),
        ({"url": "http://clinic.example"}, "must begin with https://"),
        ({"nurses": "0"}, "greater than or equal to 1"),
        ({"closes_0": ""}, "Monday needs both times"),
        ({"closes_0": "08:00"}, "closing must come after opening"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_kept(
    wrong: dict[str, str], says: str, world: w.World, as_role: As
) -> None:
    answer = as_role("manager").post("/settings", facts(**wrong))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert settings.every(clinic=world.id, at=world.later(minutes=1)) == {}


def test_chairs_come_change_and_go(world: w.World, as_role: As) -> None:
    client = as_role("manager")
    assert "No chair yet" in client.get("/settings/chairs").content.decode()
    client.post("/settings/chairs", act(name="Window", has_feed="feed", bed="B-1"))
    again = client.post("/settings/chairs", act(name="Window"))
    assert "another chair&#x27;s name" in again.content.decode()
    (chair,) = clinics.chairs(clinic=world.id)
    address = f"/settings/chairs/{chair.id}"
    assert 'value="B-1"' in client.get(address).content.decode()
    assert client.post(address, act(name="Window", bed="")).status_code == 302
    assert clinics.chairs(clinic=world.id)[0].has_feed is False
    assert client.post(address, act(name="Window", retire="1")).status_code == 302
    assert clinics.chairs(clinic=world.id) == []
    assert client.get(address).status_code == 404


def test_a_nurse_joins_signs_in_and_leaves(world: w.World, as_role: As, nobody: Client) -> None:
    client = as_role("manager")
    said = act(
        name="Nina New", email="nina@example.org", roles=["infusion_nurse"], password="short"
    )
    assert client.post("/settings/staff/new", said).status_code == 422
    password = "a-long-enough-one-7"
    assert client.post("/settings/staff/new", {**said, "password": password}).status_code == 302
    nobody.post("/account/login/", {"login": "nina@example.org", "password": password})
    # Somebody else knows this password: nothing opens before it is changed.
    assert nobody.get("/board")["Location"] == "/account/password/change/"
    own = {"oldpassword": password, "password1": "known-to-me-alone-8", "password2": ""}
    own["password2"] = own["password1"]
    assert nobody.post("/account/password/change/", own)["Location"] == "/home"
    assert nobody.get("/board").status_code == 200
    nina = next(m for m in people.staff(clinic=world.id) if m.name == "Nina New")
    address = f"/settings/staff/{nina.id}"
    assert client.post(address, act(roles=["front_desk"])).status_code == 302
    assert nobody.get("/board").status_code == 403
    assert client.post(f"{address}/leave", act()).status_code == 302
    assert nobody.get("/today").status_code != 200
    assert "has left" in client.get("/settings/staff").content.decode()
    assert "Let them sign in again" in client.get(address).content.decode()
    assert client.get(f"/settings/staff/{uuid.uuid4()}").status_code == 404


def test_a_manager_makes_no_physician(world: w.World, as_role: As) -> None:
    person = world["manager"].practitioner
    answer = as_role("manager").post(f"/settings/staff/{person}", act(roles=["physician"]))
    assert answer.status_code == 403
    assert "Only the medical director" in answer.content.decode()


def test_the_clinic_chooses_what_patients_are_asked(world: w.World, as_role: As) -> None:
    client = as_role("manager")
    page = client.get("/settings/forms").content.decode()
    assert "Widespread pain index" in page
    assert "Richmond" not in page  # staff observe it
    sets = {"baseline": ["nrs", "wpi-sss"], "pre-session": ["nrs"], "follow-up": ["pgic"]}
    assert client.post("/settings/forms", {**act(), **sets}).status_code == 302
    found = form_sets.chosen(clinic=world.id, moment="baseline", at=clock.real())
    assert found == ("nrs", "wpi-sss")
    refused = client.post("/settings/forms", {**act(), **sets, "pre-session": []})
    assert refused.status_code == 422
    assert as_role("front_desk").get("/settings/forms").status_code == 403
