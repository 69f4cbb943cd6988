"""Closing a file from the patient's page: why, what is cancelled, and what stays."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from reprieve.pathway.booking import Slot
from reprieve.records.models import EpisodeOfCare
from tests import booking_desk as desk
from tests import world as w

As = Callable[[str], Client]


def said(**values: str) -> dict[str, str]:
    return {
        "act": str(uuid.uuid4()), "because": "died", "reason": "The daughter called.", **values
    }  # fmt: skip


@pytest.fixture
def patient(world: w.World) -> uuid.UUID:
    world.at = w.lately()
    patient, episode = w.person(world)
    slot = Slot(starts_at=world.at + timedelta(days=9), kind="follow_up")
    desk.book_anyway(world, patient, slot)
    EpisodeOfCare.of(world.id).filter(pk=episode).update(state="accepted")
    return patient


def test_a_file_is_closed_from_the_patients_page(patient: uuid.UUID, as_role: As) -> None:
    client = as_role("front_desk")
    page = client.get(f"/patients/{patient}").content.decode()
    assert "Close the file?" in page
    assert "Moved away: nobody writes any more" in page
    answer = client.post(f"/patients/{patient}/close", said(), follow=True).content.decode()
    for words in (
        "The file is closed. The patient&#x27;s links are ended.",
        "1 visit that was booked is cancelled.",
        "Nothing is sent to the patient any more.", "closed: Died",
    ):  # fmt: skip
        assert words in answer
    assert "Close the file?" not in answer


def test_a_cancelled_visit_says_why_in_the_readers_language(
    world: w.World, patient: uuid.UUID, as_role: As
) -> None:
    client = as_role("front_desk")
    client.post(f"/patients/{patient}/close", said(because="other"))
    page = client.get(f"/patients/{patient}").content.decode()
    href = page.split('href="/visits/')[1].split('"')[0]
    assert "The treatment here has ended." in client.get(f"/visits/{href}").content.decode()
    spanish = client.get(f"/visits/{href}", headers={"Accept-Language": "es"}).content.decode()
    assert "El tratamiento aquí ha terminado." in spanish


@pytest.mark.parametrize("wrong", [{"because": "tired"}, {"because": ""}, {"reason": " "}])
def test_why_is_asked(wrong: dict[str, str], patient: uuid.UUID, as_role: As) -> None:
    answer = as_role("front_desk").post(f"/patients/{patient}/close", said(**wrong))
    assert answer.status_code == 400
