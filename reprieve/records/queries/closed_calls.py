"""Calls after 24 hours that are due on a day that was closed since, and that nobody owns."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reprieve.records import notes
from reprieve.records.models import WorkItemEvent
from reprieve.records.queries import closed_days, worklist
from reprieve.records.queries.closed_days import ClosedDay
from reprieve.records.queries.recovery import CALL
from reprieve.records.queries.treatments import zone_of

WORK = "name_caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unowned:
    """A call that is due on a closed day. `named` says who makes it, None while nobody has said."""

    day: ClosedDay
    patient: uuid.UUID
    encounter: uuid.UUID
    due_at: datetime
    named: str | None


def unowned(*, clinic: uuid.UUID, at: datetime) -> list[Unowned]:
    """This function will list the calls still to make that fall on a closed day without an owner,
    the soonest first.

    Who makes it is asked when it is set up, as the day stood then: a day closed before is no news,
    and who tried it early or was warned of it is not who makes it.
    """
    days = {one.day: one for one in closed_days.standing(clinic=clinic, at=at)}
    if not days:
        return []
    zone = zone_of(clinic)
    calls = [
        (days.get(one.due_at.astimezone(zone).date()), one)
        for one in worklist.waiting(clinic=clinic)
        if one.kind == CALL
    ]
    calls = [(day, one) for day, one in calls if day and one.opened_at <= day.since]
    named = _named_at_first(clinic, [one.id for _, one in calls])
    calls = [(day, one) for day, one in calls if one.id not in named]
    said = _said(clinic, [one.encounter for day, one in calls if day and one.encounter])
    return [
        Unowned(
            day=day, patient=one.patient, encounter=one.encounter, due_at=one.due_at,
            named=_named(said.get(one.encounter, []), day.since),
        )
        for day, one in calls
        if day and one.patient and one.encounter
    ]  # fmt: skip


def _named_at_first(clinic: uuid.UUID, items: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    rows = WorkItemEvent.of(clinic).filter(item_id__in=items, kind="opened")
    return set(rows.filter(owner__isnull=False).values_list("item_id", flat=True))


def _said(
    clinic: uuid.UUID, encounters: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[tuple[datetime, str]]]:
    rows = WorkItemEvent.of(clinic).filter(
        item__kind=WORK, item__encounter_id__in=encounters, kind="done", note__isnull=False
    )
    rows = rows.select_related("note", "item").order_by("recorded_at", "id")
    found: dict[uuid.UUID, list[tuple[datetime, str]]] = {}
    for row in rows:
        words = (row.recorded_at, notes.read(row.note))
        found.setdefault(row.item.encounter_id, []).append(words)
    return found


def _named(said: Iterable[tuple[datetime, str]], since: datetime) -> str | None:
    """A word counts for the days that were closed when it was said."""
    counted = [text for at, text in said if at >= since]
    return counted[-1] if counted else None
