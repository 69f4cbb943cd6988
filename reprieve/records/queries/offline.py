"""What was entered without a connection: by the tablet's time, and when it arrived."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from reprieve.records.models import OfflineEntry, Practitioner


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineView:
    """One entry. `subject` is the row that was written: an act, a set, a drug or a side effect."""

    kind: str
    subject: str
    tablet_ms: int
    offset_ms: int
    at_ms: int
    received_ms: int
    beside: str
    refused: bool
    by: str


def of_encounter(*, clinic: uuid.UUID, encounter: uuid.UUID) -> tuple[OfflineView, ...]:
    """This function will list a visit's entries made without a connection, by their time."""
    rows = list(OfflineEntry.of(clinic).filter(encounter_id=encounter).order_by("at_ms", "id"))
    if not rows:
        return ()
    names = dict(Practitioner.of(clinic).values_list("id", "name"))
    return tuple(
        OfflineView(
            kind=row.kind, subject=str(row.subject or ""), tablet_ms=row.tablet_ms,
            offset_ms=row.offset_ms, at_ms=row.at_ms, received_ms=row.received_ms,
            beside=row.beside, refused=row.refused,
            by=names.get(row.by_id, "") if row.by_id else "",
        )
        for row in rows
    )  # fmt: skip
