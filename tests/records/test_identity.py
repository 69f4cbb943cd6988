"""Who a patient is stays unreadable in the database, and is still found."""

from dataclasses import replace
from datetime import date

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection

from reprieve.knowledge import BadValue
from reprieve.pathway import patients
from reprieve.records import identity, keys, notes
from reprieve.records.identity import Identity
from reprieve.records.models import Clinic, PatientIdentity
from reprieve.records.queries import patients as queries
from tests import world as w

pytestmark = pytest.mark.usefixtures("db")


def test_nothing_readable_is_stored() -> None:
    world = w.found()
    w.person(world, given="Xanthippe", family="Quillfeather", email="xq@example.org")
    notes.write("sings in the shower", clinic=world.id, at=world.at)
    with connection.cursor() as cursor:
        stored = b""
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            stored += repr([tuple(_plain(c) for c in row) for row in cursor.fetchall()]).encode()
    for secret in (b"Xanthippe", b"Quillfeather", b"xq@example.org", b"sings in"):
        assert secret not in stored


def _plain(cell: object) -> object:
    return bytes(cell) if isinstance(cell, memoryview) else cell


@pytest.mark.parametrize(
    "text",
    ["zoe", "ZOË", "Zoë Inv", "inv", "1980-05-17", "(555) 010-0199", "iva@example.org", "a-100"],
)
def test_a_person_is_found_by(text: str) -> None:
    world = w.found()
    patient, _ = w.person(world, given="Zoë")
    w.person(
        world, given="Otto", family="Other", birth_date=date(1970, 1, 1), phone="+15550107777",
        email="o@example.org", mrn="B-2",
    )  # fmt: skip
    assert [p.id for p in queries.find(clinic=world.id, text=text)] == [patient]


@pytest.mark.parametrize("text", ["", "   ", "nobody", "zoe other", "2001-01-01", "'; DROP TABLE"])
def test_nobody_is_found_by(text: str) -> None:
    world = w.found()
    w.person(world, given="Zoë")
    assert queries.find(clinic=world.id, text=text) == []


def test_found_by_number_and_in_one_clinic_only() -> None:
    here, there = w.found(), w.found()
    patient, _ = w.person(here)
    w.person(there)
    assert [p.id for p in queries.find(clinic=here.id, text="1")] == [patient]
    assert [p.id for p in queries.find(clinic=here.id, text="invented")] == [patient]


def test_a_correction_is_a_new_version_and_moves_the_index() -> None:
    world = w.found()
    patient, _ = w.person(world, family="Before")
    new = Identity(given="Iva", family="After", birth_date=date(1980, 5, 17))
    patients.correct(
        actor=world["front_desk"], uid=w.new(), at=world.later(minutes=1), patient=patient,
        identity=new,
    )  # fmt: skip
    assert PatientIdentity.of(world.id).filter(patient_id=patient).count() == 2
    assert queries.find(clinic=world.id, text="before") == []
    found = queries.find(clinic=world.id, text="after")[0]
    assert found.identity == new


def test_likely_the_same_person() -> None:
    world = w.found()
    patient, _ = w.person(world)
    same = queries.one(clinic=world.id, patient=patient)
    assert same is not None
    by_phone = Identity(given="I.", family="Someone", phone="555-010-0199")
    assert [p.id for p in queries.likely_same(clinic=world.id, identity=by_phone)] == [patient]
    stranger = Identity(given="Iva", family="Stranger", birth_date=date(1999, 1, 1))
    assert queries.likely_same(clinic=world.id, identity=stranger) == []


def test_a_ciphertext_put_on_another_row_is_not_read() -> None:
    world = w.found()
    w.person(world)
    w.person(world, given="Otto", mrn="", phone="", email="")
    first, second = PatientIdentity.of(world.id).order_by("recorded_at", "id")[:2]
    first.ciphertext = second.ciphertext
    with pytest.raises(InvalidTag):
        identity.read(first)


def test_a_new_master_key_rewraps_and_rewrites_no_row() -> None:
    world = w.found()
    patient, _ = w.person(world)
    wrapped = bytes(Clinic.objects.get(pk=world.id).data_key)
    new = b"n" * 32
    again = keys.rewrap(wrapped, old=keys.master_key(), new=new)
    assert again != wrapped
    assert keys.rewrap(again, old=new, new=keys.master_key()) == wrapped
    assert queries.one(clinic=world.id, patient=patient)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"given": "", "family": ""}, "given"),
        ({"family": "x" * 101}, "family"),
        ({"birth_date": date(2199, 1, 1)}, "birth_date"),
        ({"birth_date": date(1850, 1, 1)}, "birth_date"),
    ],
)
def test_who_cannot_be_is_refused_by_field(changes: dict[str, object], field: str) -> None:
    world = w.found()
    who = replace(Identity(given="A", family="B"), **changes)
    with pytest.raises(BadValue) as refused:
        patients.register(actor=world["front_desk"], uid=w.new(), at=world.at, identity=who)
    assert refused.value.field == field
    assert queries.count(clinic=world.id) == 0
