"""The audit trail of writes: one row in each write's own transaction, linked soon after."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Max

from reprieve.records.models import AuditEvent, AuditSeal

GENESIS = "0" * 64
SEAL_BATCH = 2_000


def record(
    *,
    clinic: uuid.UUID,
    at: datetime,
    actor: str,
    action: str,
    subject_kind: str = "",
    subject: uuid.UUID | str = "",
    act: uuid.UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """This function will write one audit row. `detail` names fields, never patients' values."""
    row = AuditEvent(
        clinic_id=clinic,
        at=at,
        actor=actor,
        action=action,
        subject_kind=subject_kind,
        subject=str(subject),
        act=act,
        detail=dict(detail or {}),
    )
    row.row_hash = content_hash(row)
    row.save(force_insert=True)


def content_hash(row: AuditEvent) -> str:
    """This function will hash what an audit row says, SHA-256 in hex."""
    said = [
        str(row.clinic_id), row.at.isoformat(), row.actor, row.action, row.subject_kind,
        row.subject, str(row.act), row.detail,
    ]  # fmt: skip
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def link(previous: str, row_hash: str) -> str:
    """This function will hash one link of a chain from the link before and a row's hash."""
    return hashlib.sha256(f"{previous}{row_hash}".encode()).hexdigest()


def seal() -> int:
    """This function will link the audit rows that have no link yet; the count is returned.

    Rows are found by the missing link, never by 'id > last': a slow transaction may commit a
    smaller id later.
    """
    with transaction.atomic():
        loose = list(
            AuditEvent.objects.filter(seal__isnull=True)
            .order_by("id")
            .values_list("id", "clinic_id", "row_hash")[:SEAL_BATCH]
        )
        tails: dict[uuid.UUID, tuple[int, str]] = {}
        links = []
        for event, clinic, row_hash in loose:
            seq, before = tails.get(clinic) or _tail(clinic)
            tails[clinic] = (seq + 1, link(before, row_hash))
            links.append(
                AuditSeal(clinic_id=clinic, seq=seq + 1, event_id=event, link_hash=tails[clinic][1])
            )
        AuditSeal.objects.bulk_create(links)
    return len(links)


def _tail(clinic: uuid.UUID) -> tuple[int, str]:
    last = AuditSeal.objects.filter(clinic_id=clinic).aggregate(seq=Max("seq"))["seq"]
    if last is None:
        return 0, GENESIS
    return last, AuditSeal.objects.get(clinic_id=clinic, seq=last).link_hash


def faults() -> Iterator[str]:
    """This function will name each audit row that was edited, removed, or put out of order."""
    for row in AuditEvent.objects.order_by("id").iterator():
        if content_hash(row) != row.row_hash:
            yield f"audit row {row.pk} was edited"
    expected: dict[uuid.UUID, tuple[int, str]] = {}
    seals = AuditSeal.objects.order_by("clinic_id", "seq").select_related("event")
    for row_seal in seals.iterator():
        seq, before = expected.get(row_seal.clinic_id, (0, GENESIS))
        if row_seal.seq != seq + 1:
            yield f"audit chain of clinic {row_seal.clinic_id}: link {seq + 1} is missing"
        elif row_seal.link_hash != link(before, row_seal.event.row_hash):
            yield f"audit chain of clinic {row_seal.clinic_id}: link {row_seal.seq} does not follow"
        expected[row_seal.clinic_id] = (row_seal.seq, row_seal.link_hash)


def unsealed() -> tuple[int, datetime | None]:
    """This function will count the rows without a link, and give the time of the oldest."""
    loose = AuditEvent.objects.filter(seal__isnull=True).order_by("at")
    first = loose.first()
    return loose.count(), first.at if first else None
