"""Links that the staff send from a patient's page: by mail or shown, ended, and naming nobody."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.test import Client

from reprieve.records.models import OutboxMessage, PatientLink
from tests import world as worlds
from tests.world import World, new

As = Callable[[str], Client]


def form(**values: str) -> dict[str, str]:
    return {"act": str(new()), **values}


def test_sent_by_mail(world: World, as_role: As) -> None:
    patient, _episode = worlds.person(world)
    desk, address = as_role("front_desk"), f"/patients/{patient}/links"
    assert desk.post(address, form(form="diary", send_by="mail")).status_code == 302
    assert OutboxMessage.of(world.id).get().template == "link"
    assert "Diary" in desk.get(address).content.decode()


def test_shown_on_the_screen_and_ended(world: World, as_role: As) -> None:
    patient, _episode = worlds.person(world)
    desk, address = as_role("front_desk"), f"/patients/{patient}/links"
    shown = desk.post(address, form(form="evaluation"))["Location"]
    assert "picture.svg" in desk.get(shown).content.decode()
    picture = desk.get(f"{shown}/picture.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content
    assert desk.post(f"{shown}/end", form()).status_code == 302
    assert PatientLink.of(world.id).get().revoked_at is not None
    assert "not open any more" in desk.get(shown).content.decode()


def test_refused(world: World, as_role: As) -> None:
    lonely, _episode = worlds.person(world, email="", phone="")
    desk = as_role("front_desk")
    answer = desk.post(f"/patients/{lonely}/links", form(form="diary", send_by="sms"))
    assert answer.status_code == 422
    assert "no such address" in answer.content.decode()
    assert desk.get(f"/patients/{lonely}/links/{new()}").status_code == 404


def test_the_address_names_nobody(world: World, as_role: As) -> None:
    patient, _episode = worlds.person(world)
    desk = as_role("front_desk")
    shown = desk.post(f"/patients/{patient}/links", form(form="diary"))["Location"]
    assert str(uuid.UUID(shown.rsplit("/", 1)[1]))
