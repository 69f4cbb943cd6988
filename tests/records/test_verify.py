"""`verify` names what was changed behind the product's back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings

from reprieve.config.migrate import require_key
from reprieve.knowledge import BadValue
from reprieve.pathway import infusion
from reprieve.pathway.infusion import Happened
from reprieve.records import audit, guards, signing, verify
from reprieve.records.models import AuditEvent, InfusionEvent, InfusionState, Signature
from tests import world as w

pytestmark = pytest.mark.usefixtures("db")


def faults(world: w.World, *, sealer_runs: bool = False) -> list[str]:
    return list(verify.faults(at=world.at, sealer_runs=sealer_runs))


def an_infusion(world: w.World) -> infusion.InfusionState:
    patient, episode = w.person(world)
    visit = w.prepared(world, patient, episode)
    for kind, rate in (("started", 20_000), ("rate", 30_000), ("ended", None)):
        row = infusion.locked(clinic=world.id, encounter=visit)
        infusion.append(
            row, Happened(kind=kind, rate_ug_per_h=rate), actor=world["infusion_nurse"],
            at=world.later(minutes=10),
        )  # fmt: skip
    return InfusionState.of(world.id).get(encounter_id=visit)


def drop_guards(table: str) -> None:
    with connection.cursor() as cursor:
        for guard in guards.declared("default"):
            if guard.table == table:
                on = "" if connection.vendor == "sqlite" else f' ON "{table}"'
                cursor.execute(f'DROP TRIGGER "{guard.name}"{on}')


def test_a_clinic_at_work_holds() -> None:
    world = w.found()
    an_infusion(world)
    assert faults(world) == []


def test_a_projection_that_differs_from_its_acts_is_named() -> None:
    world = w.found()
    row = an_infusion(world)
    InfusionState.of(world.id).filter(pk=row.pk).update(rate_ug_per_h=99)
    assert any(str(row.encounter_id) in fault for fault in faults(world))
    infusion.project(row)
    assert faults(world) == []


def test_a_signed_row_that_was_edited_is_named() -> None:
    world = w.found()
    row = an_infusion(world)
    Signature.objects.add(
        clinic_id=world.id, subject_kind="encounter", subject=row.encounter_id,
        encounter_id=row.encounter_id, patient_id=row.patient_id, meaning="record",
        printed_name="N", recorded_at=world.at,
        content_sha256=signing.content_hash(clinic=world.id, encounter=row.encounter_id),
    )  # fmt: skip
    assert faults(world) == []
    drop_guards("records_infusionevent")
    InfusionEvent.of(world.id).filter(kind="rate").update(rate_ug_per_h=31_000)
    found = faults(world)
    assert any("guard_infusionevent_fixed" in fault for fault in found)
    assert f"signed record {row.encounter_id} was changed after it was signed" in found


def test_the_unsealed_tail_is_a_fault_only_when_old_and_a_sealer_runs() -> None:
    world = w.found()
    assert AuditEvent.objects.exists()
    assert faults(world, sealer_runs=True) == []
    world.at += timedelta(seconds=11)
    assert any("have no link" in fault for fault in faults(world, sealer_runs=True))
    assert faults(world) == []
    audit.seal()
    assert faults(world, sealer_runs=True) == []


def test_a_master_key_that_opens_nobodys_record_is_named() -> None:
    world = w.found()
    with override_settings(MASTER_KEY="ab" * 32):
        (said,) = faults(world)
        assert said.startswith(f"clinic {world.clinic.name}: the master key is not the one")
        with pytest.raises(BadValue, match="master-key: clinic"):
            require_key()
