"""Notices that something is new: what the live parts of a page wait for."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import Max

from reprieve.records import statements
from reprieve.records.batch_rows import key
from reprieve.records.models import Change

CHANNEL = "reprieve_changes"
_INSERT = (
    'INSERT INTO "records_change" ("clinic_id", "topic", "subject", "at_ms") '
    "VALUES (%s, %s, %s, %s)"
)


def announce(*, clinic: uuid.UUID, topic: str, subject: uuid.UUID | None, at_ms: int) -> None:
    """This function will add a notice in the caller's transaction; PostgreSQL is told as well."""
    announce_each(clinic=clinic, topic=topic, subjects=[subject], at_ms=at_ms)


def announce_each(
    *, clinic: uuid.UUID, topic: str, subjects: Sequence[uuid.UUID | None], at_ms: int
) -> None:
    """This function will add a notice of each subject, and tell PostgreSQL once."""
    whose = key(clinic)
    rows = [(whose, topic, None if one is None else key(one), at_ms) for one in subjects]
    statements.each(_INSERT, rows)
    if statements.is_postgresql():
        statements.rows("SELECT pg_notify(%s, %s)", [CHANNEL, topic])


def newest() -> int:
    """This function will return the cursor of the newest notice."""
    return int(Change.objects.aggregate(last=Max("id"))["last"] or 0)


def since(cursor: int) -> list[tuple[int, uuid.UUID, str, uuid.UUID | None]]:
    """This function will return notices after `cursor`: id, clinic, topic, subject."""
    rows = Change.objects.filter(id__gt=cursor).order_by("id")
    return list(rows.values_list("id", "clinic_id", "topic", "subject"))


def newest_of(*, clinic: uuid.UUID, topic: str, subject: uuid.UUID | None = None) -> int:
    """This function will return the newest notice of a topic, of one subject if it is named."""
    rows = Change.objects.filter(clinic_id=clinic, topic=topic)
    if subject is not None:
        rows = rows.filter(subject=subject)
    return int(rows.aggregate(last=Max("id"))["last"] or 0)


def forget(before_ms: int) -> None:
    """This function will remove notices that no open page can still be waiting for."""
    Change.objects.filter(at_ms__lt=before_ms).delete()
