"""What a batch of monitors' messages rests on, in raw SQL: links, limits put aside, settings.

The gateway asks for these with every commit. Through the model layer the asking took more of the
processor than reading the messages; each is one prepared statement here.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from reprieve.records import statements

_LINKS = """
SELECT a."device_id", a."id", a."encounter_id", a."patient_ids", a."from_ms", a."until_ms",
  EXISTS (SELECT 1 FROM "records_signature" s
          WHERE s."encounter_id" = a."encounter_id" AND s."meaning" = 'record')
FROM "records_deviceassociation" a
WHERE a."clinic_id" = %s AND a."device_id" IN ({places})
  AND (a."until_ms" IS NULL OR a."until_ms" > %s)
ORDER BY a."from_ms"
"""
# The kind is written out, so that the index over these few rows is used.
_ASIDE = """
SELECT "encounter_id", "at_ms", "by_id", "detail" FROM "records_alarmtransition"
WHERE "kind" = 'suspension' AND "clinic_id" = %s AND "encounter_id" IN ({places})
ORDER BY "id"
"""
# What physicians decided about the limits of single patients; the last word of each counts.
_OWN_LIMITS = """
SELECT "patient_id", "findings" FROM "records_decision"
WHERE "kind" = 'alarm_limits' AND "clinic_id" = %s AND "patient_id" IN ({places})
ORDER BY "recorded_at", "id"
"""
_SETTINGS = """
SELECT "key", "value" FROM "records_clinicsetting"
WHERE "clinic_id" = %s AND "key" IN ({places}) AND "valid_from" <= %s
ORDER BY "valid_from", "recorded_at"
"""

AsideRow = tuple[uuid.UUID, int, uuid.UUID | None, dict[str, Any]]
LinkRow = tuple[uuid.UUID, int, uuid.UUID, list[str], int, int | None, bool]


def links(
    *, clinic: uuid.UUID, devices: Collection[uuid.UUID], after_ms: int
) -> list[LinkRow]:
    """This function will return the links of monitors that were not over at a moment.

    Each row: monitor, number, visit, the patient's numbers, from, until (UTC ms), record signed.
    """
    rows = _asked(_LINKS, [key(clinic)], [key(d) for d in devices], [after_ms])
    return [
        (known(row[0]), row[1], known(row[2]), orjson.loads(row[3]), row[4], row[5], bool(row[6]))
        for row in rows
    ]


def put_aside(*, clinic: uuid.UUID, encounters: Collection[uuid.UUID]) -> list[AsideRow]:
    """This function will return the limits ever put aside on visits, the oldest first.

    Each row: visit, since when (UTC ms), by whom, and the detail with its end.
    """
    rows = _asked(_ASIDE, [key(clinic)], [key(e) for e in encounters], [])
    return [
        (known(row[0]), row[1], None if row[2] is None else known(row[2]), orjson.loads(row[3]))
        for row in rows
    ]


def own_limits(
    *, clinic: uuid.UUID, patients: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """This function will return the rows of limits of those patients who have their own."""
    rows = _asked(_OWN_LIMITS, [key(clinic)], [key(p) for p in patients], [])
    return {known(patient): orjson.loads(limits) for patient, limits in rows}


def settings(*, clinic: uuid.UUID, keys: Collection[str], at: datetime) -> dict[str, Any]:
    """This function will return those of the named settings that are in force at a moment."""
    moment = connection.ops.adapt_datetimefield_value(at)
    rows = _asked(_SETTINGS, [key(clinic)], list(keys), [moment])
    return {name: orjson.loads(value) for name, value in rows}


def key(value: uuid.UUID) -> str | uuid.UUID:
    """This function will write a UUID as the engine keeps it: SQLite as 32 letters."""
    return value if statements.is_postgresql() else value.hex


def known(value: object) -> uuid.UUID:
    """This function will read a UUID as either engine gives it."""
    return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))


def _asked(
    sql: str, before: Sequence[Any], among: Sequence[Any], after: Sequence[Any]
) -> list[tuple[Any, ...]]:
    if not among:
        return []
    marked = sql.format(places=", ".join(["%s"] * len(among)))
    return statements.rows(marked, [*before, *among, *after])
