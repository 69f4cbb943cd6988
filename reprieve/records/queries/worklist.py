"""Work items as lists: what waits, for whom, since when, and how late it is."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from reprieve.records import notes
from reprieve.records.models import WorkItem, WorkItemEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkView:
    """One work item with who was asked last. `tries` counts the calls that reached nobody."""

    id: uuid.UUID
    kind: str
    patient: uuid.UUID | None
    encounter: uuid.UUID | None
    owner_role: str
    owner: uuid.UUID | None
    opened_at: datetime
    due_at: datetime
    state: str
    level: int
    text: str
    tries: int


def waiting(
    *, clinic: uuid.UUID, roles: Iterable[str] | None = None, patient: uuid.UUID | None = None
) -> list[WorkView]:
    """This function will list open items, most urgent first, of some roles or of one patient."""
    rows = WorkItem.of(clinic).filter(state__in=("open", "seen"))
    if roles is not None:
        rows = rows.filter(owner_role__in=list(roles))
    if patient is not None:
        rows = rows.filter(patient_id=patient)
    return _views(rows)


def overdue(*, clinic: uuid.UUID, at: datetime, kind: str) -> list[WorkView]:
    """This function will list open items of a kind whose time has passed."""
    rows = WorkItem.of(clinic).filter(state__in=("open", "seen"), kind=kind, due_at__lt=at)
    return _views(rows)


def _views(rows: QuerySet[WorkItem]) -> list[WorkView]:
    found = list(rows.order_by("due_at", "opened_at"))
    events = WorkItemEvent.objects.every().filter(item__in=found).select_related("note")
    owners: dict[uuid.UUID, uuid.UUID] = {}
    texts: dict[uuid.UUID, str] = {}
    tries: Counter[uuid.UUID] = Counter()
    for event in events.order_by("recorded_at", "id"):
        tries[event.item_id] += event.kind == "tried"
        if event.owner_id:
            owners[event.item_id] = event.owner_id
        if event.note:
            texts[event.item_id] = notes.read(event.note)
    return [
        WorkView(
            id=row.pk, kind=row.kind, patient=row.patient_id, encounter=row.encounter_id,
            owner_role=row.owner_role, owner=owners.get(row.pk), opened_at=row.opened_at,
            due_at=row.due_at, state=row.state, level=row.level, text=texts.get(row.pk, ""),
            tries=tries[row.pk],
        )
        for row in found
    ]  # fmt: skip
