"""A link that does not open: in plain words why, whom to ring, and the crisis text."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from reprieve.pathway import clinic as clinics
from reprieve.pathway import closing, links
from reprieve.records.models import DiaryEntry
from reprieve.records.queries import links as known
from tests import world as worlds
from tests.world import World, new

JSON = {"Accept": "application/json"}
RING = "tel:+1 555 0100 123"


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    world.at = worlds.lately()
    clinics.choose(
        actor=world["admin"], uid=new(), at=world.at, key="clinic.phone", value="+1 555 0100 123",
        reason="the desk",
    )  # fmt: skip
    return worlds.person(world)[0]


def secret(world: World, patient: uuid.UUID, form: str = "diary") -> str:
    made = links.make(
        actor=world["front_desk"], uid=new(), at=world.at, patient=patient, form=form
    )
    return known.token_of(clinic=world.id, link=made)


def close(world: World, patient: uuid.UUID) -> None:
    closing.close(
        actor=world["front_desk"], uid=new(), at=world.at, patient=patient,
        because="declined_by_patient", reason="as told on the telephone",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("form", "start"), [("diary", "/d/"), ("peg", "/f/"), ("progress", "/me/")]
)
def test_after_the_file_is_closed_it_says_whom_to_ring(
    world: World, patient: uuid.UUID, nobody: Client, form: str, start: str
) -> None:
    path = start + secret(world, patient, form)
    assert nobody.post(path, {"start": "1"}).status_code == 302
    close(world, patient)
    answer = nobody.get(path)
    assert answer.status_code == 410
    page = answer.content.decode()
    assert "Your treatment here has ended" in page
    assert RING in page
    assert "call or text 988" in page
    nobody.cookies["django_language"] = "es"
    assert "Su tratamiento aquí ha terminado" in nobody.get(path).content.decode()


def test_what_a_phone_sends_afterwards_is_refused_with_the_crisis_text(
    world: World, patient: uuid.UUID, nobody: Client
) -> None:
    path = f"/d/{secret(world, patient)}"
    nobody.post(path, {"start": "1"})
    close(world, patient)
    day = (world.at - timedelta(days=1)).date().isoformat()
    sent = {"act": str(new()), "day": day, "moment": "day", "mood": "0"}
    answer = nobody.post(path, sent, headers=JSON)
    assert answer.status_code == 410
    said = answer.json()["error"]
    assert "ring the clinic" in said
    assert "+1 555 0100 123" in said
    assert "988" in said
    assert not DiaryEntry.of(world.id).exists()


def test_a_link_that_was_ended_alone_asks_for_a_new_one(
    world: World, patient: uuid.UUID, nobody: Client
) -> None:
    path = f"/d/{secret(world, patient)}"
    row = known.of_patient(clinic=world.id, patient=patient)[0]
    links.revoke(actor=world["front_desk"], uid=new(), at=world.at, link=row.id)
    page = nobody.get(path).content.decode()
    assert "Ask for a new one" in page
    assert "has ended, so" not in page
    assert RING in page
    assert "988" in page


def test_a_link_of_nobody_tells_no_clinic(nobody: Client, patient: uuid.UUID) -> None:
    assert patient
    answer = nobody.get("/d/sample")
    assert answer.status_code == 404
    assert RING not in answer.content.decode()


def test_after_care_has_ended_the_desk_is_offered_the_own_page_alone(
    world: World, patient: uuid.UUID, as_role: Callable[[str], Client]
) -> None:
    desk, address = as_role("front_desk"), f"/patients/{patient}/links"
    why = "Care has ended: nobody would read"
    page = desk.get(address)
    assert why not in page.content.decode()
    assert len(page.context["form"]["form"]) > 1
    close(world, patient)
    page = desk.get(address)
    assert why in page.content.decode()
    assert [one.data["value"] for one in page.context["form"]["form"]] == ["progress"]
    refused = desk.post(address, {"form": "diary", "act": str(new())})
    assert refused.status_code == 422
    assert not known.of_patient(clinic=world.id, patient=patient)
    assert desk.post(address, {"form": "progress", "act": str(new())}).status_code == 302
