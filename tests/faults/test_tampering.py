"""`reprieve verify` names what somebody changed in the database behind the product's back."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection

from reprieve.pathway import gate, infusion_stream
from reprieve.records import audit, guards, signing, verify
from reprieve.records.models import (
    AuditEvent,
    Discharge,
    InfusionEvent,
    Observation,
    Signature,
)
from tests import gate_desk
from tests import world as worlds
from tests.chairside import Chair, sit
from tests.gate_desk import Visit
from tests.house.engines import Copy
from tests.house.running import LiveClinic
from tests.recovery_room import leave, sign_off
from tests.world import World


@pytest.fixture
def today(fresh_database: Copy) -> World:
    """A clinic at noon of its own day: no process here looks at the clock, and a visit prepared
    just before the real midnight would be of yesterday at its start."""
    return worlds.found()


@pytest.fixture
def command(fresh_database: Copy) -> LiveClinic:
    """The command line of a clinic that nothing serves."""
    return LiveClinic(folder=fresh_database.folder, env=fresh_database.env)


@pytest.fixture
def chair(today: World) -> Chair:
    """An infusion that ran, was charted by hand and signed."""
    found = sit(today)
    found.start()
    found.do("rate", rate_ug_per_h=25_000)
    found.do("ended")
    physician = found.world["physician"].practitioner
    Signature.objects.add(
        clinic_id=found.world.id, subject_kind="encounter", subject=found.encounter,
        encounter_id=found.encounter, patient_id=found.patient, meaning="record",
        printed_name="N", recorded_at=found.world.at, by_id=physician,
        content_sha256=signing.content_hash(clinic=found.world.id, encounter=found.encounter),
    )  # fmt: skip
    assert infusion_stream.is_signed(clinic=found.world.id, encounter=found.encounter)
    audit.seal()
    return found


def sql(statement: str, *values: object) -> None:
    """Run plain SQL, as somebody with the file and a shell would."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))


def without_guard(name: str, work: Callable[[], None]) -> None:
    """Drop a guard, do what it forbids, and put it back so that it is not missed."""
    guard = next(g for g in guards.declared("default") if g.name == name)
    drop(guard)
    work()
    if connection.vendor == "sqlite":
        sql(guard.sqlite())
    else:
        sql(guard.postgresql_trigger())


def drop(guard: guards.Guard) -> None:
    on = "" if connection.vendor == "sqlite" else f' ON "{guard.table}"'
    sql(f'DROP TRIGGER "{guard.name}"{on}')


def faults() -> list[str]:
    """What the command finds."""
    return list(verify.faults(at=datetime.now(UTC), sealer_runs=False))


def test_a_signed_row_that_was_edited(command: LiveClinic, chair: Chair) -> None:
    clean = command.reprieve("verify", "--json")
    assert (clean.returncode, clean.stderr, json.loads(clean.stdout)["faults"]) == (0, "", [])
    rate = InfusionEvent.of(chair.world.id).get(kind="rate").pk

    def edit() -> None:
        InfusionEvent.objects.every().filter(pk=rate).update(rate_ug_per_h=26_000)

    without_guard("guard_infusionevent_fixed", edit)
    named = f"signed record {chair.encounter} was changed after it was signed"
    answer = command.reprieve("verify", "--json")
    assert (answer.returncode, json.loads(answer.stdout)["faults"]) == (1, [named])
    plain = command.reprieve("verify")
    assert plain.returncode == 1
    assert plain.stdout == f"{named}\n"


@pytest.mark.parametrize("change", ["way = 'home'", "findings = '[]'", "note_id = NULL"])
def test_a_signed_discharge_before_its_record_is_closed(today: World, change: str) -> None:
    visit = gate_desk.arrived(today)
    visit.prepare_all()
    visit.start()
    chair = visit.pump.chair
    today.later(minutes=40)
    chair.do("ended")
    nurse = today["infusion_nurse"].practitioner
    leave(chair, "against_advice", reason="wants to go home", caller=nurse)
    audit.seal()
    assert faults() == []
    row = Discharge.of(today.id).get().pk
    table = "records_discharge"
    without_guard(
        "guard_discharge_fixed", lambda: sql(f"UPDATE {table} SET {change} WHERE id = %s", key(row))
    )
    assert faults() == [f"signed discharge {row} was changed after it was signed"]


@pytest.fixture
def decided(today: World) -> Visit:
    """A visit that started against a finding, and whose record is signed and closed."""
    visit = gate_desk.arrived(today)
    visit.prepare_all()
    visit.tell(solids_fasted_h=4)
    gate.override(
        second=today["physician"], rule="fasting-solids", reason="seen and talked through",
        **visit.act(),
    )  # fmt: skip
    visit.start()
    chair = visit.pump.chair
    today.later(minutes=40)
    chair.do("ended")
    nurse = today["infusion_nurse"].practitioner
    leave(chair, "against_advice", reason="wants to go home", caller=nurse)
    sign_off(chair)
    audit.seal()
    return visit


def key(pk: uuid.UUID) -> object:
    return pk.hex if connection.vendor == "sqlite" else pk


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("findingoverride", "rule = 'escort'"),
        ("findingoverride", "second_id = NULL"),
        ("decision", "findings = '[]'"),
    ],
)
def test_an_override_that_was_edited_after_the_record_was_signed(
    decided: Visit, table: str, change: str
) -> None:
    assert faults() == []
    which = sql_where(table)
    without_guard(
        f"guard_{table}_fixed",
        lambda: sql(
            f"UPDATE records_{table} SET {change} WHERE encounter_id = %s{which}",
            key(decided.encounter),
        ),
    )  # fmt: skip
    assert faults() == [f"signed record {decided.encounter} was changed after it was signed"]


def sql_where(table: str) -> str:
    return " AND kind = 'override'" if table == "decision" else ""


def test_a_record_signed_before_overrides_were_covered_still_stands(decided: Visit) -> None:
    first = signing._first_form(clinic=decided.world.id, encounter=decided.encounter)
    row = Signature.of(decided.world.id).get(encounter_id=decided.encounter, meaning="record")

    def as_before() -> None:
        sql("UPDATE records_signature SET content_sha256 = %s WHERE id = %s", first, key(row.pk))

    without_guard("guard_signature_fixed", as_before)
    # It stands for its content; only that it is another signature than the one given is named.
    assert faults() == [f"signature {row.pk} is not the one that was given"]


def test_a_signature_whose_hash_was_made_anew_is_missed_in_the_audit_trail(decided: Visit) -> None:
    row = Signature.of(decided.world.id).get(encounter_id=decided.encounter, meaning="record")
    without_guard(
        "guard_findingoverride_fixed",
        lambda: sql(
            "UPDATE records_findingoverride SET rule = 'escort' WHERE encounter_id = %s",
            key(decided.encounter),
        ),
    )  # fmt: skip
    forged = signing.content_hash(clinic=decided.world.id, encounter=decided.encounter)
    without_guard(
        "guard_signature_fixed",
        lambda: sql(
            "UPDATE records_signature SET content_sha256 = %s WHERE id = %s", forged, key(row.pk)
        ),
    )  # fmt: skip
    assert faults() == [f"signature {row.pk} is not the one that was given"]


def test_a_row_slipped_into_a_signed_record(chair: Chair) -> None:
    def slip() -> None:
        Observation.objects.add(
            clinic_id=chair.world.id, encounter_id=chair.encounter, patient_id=chair.patient,
            code="spo2", value=99, unit="%", measured_at=chair.world.at,
            recorded_at=chair.world.at, provenance="typed",
            by_id=chair.world["infusion_nurse"].practitioner,
        )  # fmt: skip

    closed = [g.name for g in guards.declared("default")
              if g.table == "records_observation" and "signed" in g.says]  # fmt: skip
    without_guard(closed[0], slip)
    assert faults() == [f"signed record {chair.encounter} was changed after it was signed"]


@pytest.mark.parametrize("change", ["edited", "removed"])
def test_an_audit_row(chair: Chair, change: str) -> None:
    row = AuditEvent.objects.filter(action="infusion.run").earliest("id").pk
    if change == "edited":
        without_guard(
            "guard_auditevent_fixed",
            lambda: sql("UPDATE records_auditevent SET action = 'x' WHERE id = %s", row),
        )
    else:
        drop_links()
        without_guard(
            "guard_auditevent_keep",
            lambda: sql("DELETE FROM records_auditevent WHERE id = %s", row),
        )
    assert any(re.search(rf"audit.*\b{row}\b", fault) for fault in faults())


def drop_links() -> None:
    """SQLite and PostgreSQL hold foreign keys: whoever removes a row must switch them off."""
    if connection.vendor == "sqlite":
        sql("PRAGMA foreign_keys = OFF")
    else:
        sql("SET session_replication_role = replica")


@pytest.mark.parametrize("name", ["guard_frame_fixed", "guard_ledgerentry_keep"])
def test_a_dropped_guard(chair: Chair, name: str) -> None:
    guard = next(g for g in guards.declared("default") if g.name == name)
    drop(guard)
    assert faults() == [f"guard {name} on {guard.table} is missing"]


def test_a_guard_that_no_longer_refuses(chair: Chair) -> None:
    guard = next(g for g in guards.declared("default") if g.name == "guard_frame_fixed")
    drop(guard)
    idle = guards.Guard(
        name=guard.name, table=guard.table, when="INSERT", refuses_if="(1 = 0)", says=guard.says
    )
    if connection.vendor == "sqlite":
        sql(idle.sqlite())
    else:
        sql(idle.postgresql_trigger())
    assert faults() == [f"guard {guard.name} on {guard.table} is altered"]


def test_a_stored_state_that_was_edited(chair: Chair) -> None:
    sql(
        "UPDATE records_infusionstate SET rate_ug_per_h = 1 WHERE encounter_id = %s",
        chair.encounter.hex if connection.vendor == "sqlite" else chair.encounter,
    )
    assert faults() == [f"infusion {chair.encounter}: the stored state differs from its acts"]
