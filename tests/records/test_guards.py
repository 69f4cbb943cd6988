"""The database itself refuses what must never be: changed facts, strangers' rows, late writes."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError

from reprieve.records import guards
from reprieve.records.models import (
    Clinic,
    EpisodeOfCare,
    LedgerEntry,
    Note,
    Observation,
    Patient,
    Signature,
    Vial,
)
from tests import world as w

pytestmark = pytest.mark.usefixtures("db")
REFUSED = (DatabaseError, IntegrityError)


def refuses(sql: str, *values: object) -> None:
    with pytest.raises(REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, list(values))


def test_every_declared_guard_is_in_the_database() -> None:
    assert guards.faults("default") == []
    assert len(guards.declared("default")) > 150


def test_a_dropped_guard_is_named() -> None:
    guard = next(g for g in guards.declared("default") if g.name == "guard_note_fixed")
    on = "" if connection.vendor == "sqlite" else f' ON "{guard.table}"'
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{guard.name}"{on}')
        assert guards.faults("default") == ["guard guard_note_fixed on records_note is missing"]
        transaction.set_rollback(True)


def test_an_altered_guard_is_named() -> None:
    guard = next(g for g in guards.declared("default") if g.name == "guard_note_fixed")
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f'DROP TRIGGER "{guard.name}"')
            cursor.execute(guard.sqlite().replace("(1 = 1)", "(1 = 0)"))
        else:
            cursor.execute(f'ALTER TABLE "{guard.table}" DISABLE TRIGGER "{guard.name}"')
        assert guards.faults("default") == ["guard guard_note_fixed on records_note is altered"]
        transaction.set_rollback(True)


def test_a_fact_is_never_changed_or_removed() -> None:
    world = w.found()
    patient, _ = w.person(world)
    assert Patient.of(world.id).filter(pk=patient).exists()
    refuses("UPDATE records_patientidentity SET recorded_at = recorded_at")
    refuses("DELETE FROM records_patientidentity")
    refuses("UPDATE records_auditevent SET action = 'other'")
    refuses("DELETE FROM records_act")
    refuses("DELETE FROM records_patient")


def test_a_row_may_not_point_into_another_clinic() -> None:
    here, there = w.found(), w.found()
    patient, _ = w.person(there)
    with pytest.raises(REFUSED), transaction.atomic():
        EpisodeOfCare.objects.add(
            clinic_id=here.id, patient_id=patient, started_at=here.at, state="requested"
        )
    with pytest.raises(REFUSED), transaction.atomic():
        Note.objects.add(
            clinic_id=here.id, patient_id=patient, ciphertext=b"x", recorded_at=here.at
        )


def test_a_row_may_not_be_moved_to_another_clinic() -> None:
    here, there = w.found(), w.found()
    patient, _ = w.person(here)
    episode = EpisodeOfCare.of(here.id).get(patient_id=patient)
    with pytest.raises(REFUSED), transaction.atomic():
        EpisodeOfCare.of(here.id).filter(pk=episode.pk).update(clinic_id=there.id)


def test_a_signed_record_takes_no_more_values() -> None:
    world = w.found()
    patient, episode = w.person(world)
    visit = w.prepared(world, patient, episode)
    value = {
        "clinic_id": world.id, "patient_id": patient, "encounter_id": visit, "code": "spo2",
        "value": 97, "measured_at": world.at, "recorded_at": world.at, "provenance": "typed",
    }  # fmt: skip
    Observation.objects.add(**value)
    Signature.objects.add(
        clinic_id=world.id, subject_kind="encounter", subject=visit, encounter_id=visit,
        patient_id=patient, meaning="record", printed_name="N", content_sha256="0" * 64,
        recorded_at=world.at,
    )  # fmt: skip
    with pytest.raises(REFUSED), transaction.atomic():
        Observation.objects.add(**value)
    assert Observation.objects.add(**value, addendum=True).pk


def test_a_ledger_balance_must_follow_and_never_fall_below_nought() -> None:
    world = w.found()
    vial = Vial.objects.add(
        clinic_id=world.id, drug="ketamine", form="racemic", strength_ug_per_ml=50_000,
        volume_ul=10_000, lot="L1", serial="1", expires_on=world.at.date(),
        received_at=world.at,
    )  # fmt: skip

    def entry(seq: int, change: int, after: int, before: str, **more: object) -> None:
        with transaction.atomic():
            LedgerEntry.objects.add(
                clinic_id=world.id, vial=vial, seq=seq, kind="receive", change_ug=change,
                balance_after_ug=after, previous_hash=before, row_hash=f"hash{seq}",
                recorded_at=world.at, **more,
            )  # fmt: skip

    entry(1, 500_000, 500_000, "")
    for wrong in (
        (2, -100_000, 450_000, "hash1"),  # does not add up
        (2, -100_000, 400_000, "other"),  # does not follow
        (3, -100_000, 400_000, "hash1"),  # leaves one out
        (2, -600_000, -100_000, "hash1"),  # below nought
    ):
        with pytest.raises(REFUSED):
            entry(*wrong)
    nurse = world["infusion_nurse"].practitioner
    with pytest.raises(REFUSED):
        entry(2, -100_000, 400_000, "hash1", by_id=nurse, witness_id=nurse)
    entry(2, -100_000, 400_000, "hash1", by_id=nurse, witness_id=world["physician"].practitioner)


def test_a_clinic_is_not_removed() -> None:
    world = w.found()
    with pytest.raises(REFUSED), transaction.atomic():
        Clinic.objects.filter(pk=world.id).delete()


def test_what_leaves_a_vial_for_good_needs_a_witness_and_a_vial_is_never_changed() -> None:
    from tests.drug_room import Room

    room = Room(w.found())
    vial = Vial.of(room.world.id).get(pk=room.receive(count=1)[0])
    first = LedgerEntry.of(room.world.id).get(vial=vial)
    with pytest.raises(REFUSED), transaction.atomic():
        LedgerEntry.objects.add(
            clinic_id=room.world.id, vial=vial, seq=2, kind="wasted", change_ug=-500_000,
            balance_after_ug=0, previous_hash=first.row_hash, row_hash="h",
            recorded_at=room.world.at, by_id=room.world["infusion_nurse"].practitioner,
        )  # fmt: skip
    with pytest.raises(REFUSED), transaction.atomic():
        Vial.of(room.world.id).filter(pk=vial.pk).update(lot="other")
