"""A patient's name and contact are put right, and what stood there stays on record."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from reprieve.records.models import PatientIdentity
from reprieve.records.queries import patients
from tests import world as w

As = Callable[[str], Client]
SAID = {
    "given": "Ida", "family": "Invented", "birth_date": "1980-05-18", "phone": "+1 555 010 0200",
    "email": "", "address": "2 Example Street", "mrn": "A-101",
}  # fmt: skip


def sent(**more: str) -> dict[str, str]:
    return {**SAID, "act": str(uuid.uuid4()), **more}


def test_a_correction_is_a_new_version_and_is_found(world: w.World, as_role: As) -> None:
    patient, _ = w.person(world)
    client, address = as_role("front_desk"), f"/patients/{patient}/identity"
    assert address in client.get(f"/patients/{patient}").content.decode()
    page = client.get(address).content.decode()
    for words in ('value="Iva"', 'value="1980-05-17"', 'value="A-100"'):
        assert words in page
    press = sent()
    for _again in range(2):
        assert client.post(address, press)["Location"] == f"/patients/{patient}"
    assert PatientIdentity.of(world.id).filter(patient_id=patient).count() == 2
    for text in ("Ida", "A-101", "1980-05-18", "5550100200"):
        assert [one.id for one in patients.find(clinic=world.id, text=text)] == [patient]
    assert patients.find(clinic=world.id, text="Iva") == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"phone": "ask her"}, "is not a telephone number"), ({"phone": "12345"}, "telephone"),
        ({"birth_date": "2999-01-01"}, "date of birth"), ({"given": ""}, "required"),
        ({"email": "nobody"}, "e-mail"), ({"address": "x" * 301}, "at most 300"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(
    wrong: dict[str, str], says: str, world: w.World, as_role: As
) -> None:
    patient, _ = w.person(world)
    answer = as_role("front_desk").post(f"/patients/{patient}/identity", sent(**wrong))
    assert answer.status_code == 422
    assert says in answer.content.decode().replace("email", "e-mail")
    assert PatientIdentity.of(world.id).filter(patient_id=patient).count() == 1


def test_nobody_of_another_clinic(world: w.World, as_role: As) -> None:
    theirs, _ = w.person(w.found())
    address = f"/patients/{theirs}/identity"
    assert as_role("front_desk").get(address).status_code == 404
    assert as_role("front_desk").post(address, sent()).status_code == 404
