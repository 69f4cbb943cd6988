"""The stored alarm state of infusions, read and written many at a time, in raw SQL.

A batch of a ward's messages changes the state of every chair: as model rows that took more of the
processor than all the alarms themselves.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reprieve.records import statements
from reprieve.records.batch_rows import key, known

_SELECT = (
    'SELECT "encounter_id", "patient_id", "state", "started_ms", {text} '
    'FROM "records_infusionstate" '
    'WHERE "clinic_id" = %s AND "encounter_id" IN ({places}) ORDER BY "encounter_id"{lock}'
)
_UPDATE = 'UPDATE "records_infusionstate" SET "alarm_fold" = {value} WHERE "encounter_id" = %s'


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An infusion's alarm state as it lies in the database: `text` is JSON."""

    encounter_id: uuid.UUID
    clinic_id: uuid.UUID
    patient_id: uuid.UUID
    state: str
    started_ms: int | None
    text: str


def locked(*, clinic: uuid.UUID, encounters: Sequence[uuid.UUID]) -> list[Stored]:
    """This function will return the states of infusions, locked until the transaction ends.

    They are locked in one order, so that two writers never wait for each other. On SQLite the
    transaction itself is the lock.
    """
    if not encounters:
        return []
    sql = _SELECT.format(
        places=", ".join(["%s"] * len(encounters)),
        text='"alarm_fold"::text' if statements.is_postgresql() else '"alarm_fold"',
        lock=" FOR UPDATE" if statements.is_postgresql() else "",
    )
    asked = {key(encounter): encounter for encounter in encounters}
    return [
        Stored(
            encounter_id=asked[row[0]], clinic_id=clinic, patient_id=known(row[1]),
            state=row[2], started_ms=row[3], text=row[4],
        )
        for row in statements.rows(sql, [key(clinic), *asked])
    ]  # fmt: skip


def write(texts: Iterable[tuple[uuid.UUID, str]]) -> None:
    """This function will store new states in the caller's transaction."""
    value = "%s::jsonb" if statements.is_postgresql() else "%s"
    changed = [(text, key(encounter)) for encounter, text in texts]
    statements.each(_UPDATE.format(value=value), changed)
