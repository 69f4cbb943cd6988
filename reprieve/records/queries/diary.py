"""Days at home as the patient wrote them; a day that was changed shows its last words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from reprieve.records.models import DiaryEntry

# Read as plain columns: five years of days are a page's work.
COLUMNS = (
    "id", "day", "at", "average_pain", "worst_pain", "function", "mood", "extras", "mode", "by_id",
)  # fmt: skip
# An entry that arrived after one that was told later: kept beside that one, it does not count.
LATE = "late"
SCALES = ("day", "at", "average_pain", "worst_pain", "function", "mood")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryDay:
    """One entry that stands. Scales 0 to 10, None where not answered."""

    id: uuid.UUID
    day: date
    moment: str
    at: datetime
    average_pain: int | None
    worst_pain: int | None
    function: int | None
    mood: int | None
    extras: Mapping[str, Any]
    mode: str
    by: uuid.UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales:
    """The scales of one entry that stands, 0 to 10, None where not answered."""

    day: date
    at: datetime
    average_pain: int | None
    worst_pain: int | None
    function: int | None
    mood: int | None


def entries(
    *, clinic: uuid.UUID, patient: uuid.UUID, newest: int | None = None
) -> list[DiaryDay]:
    """This function will list a patient's entries that stand, oldest first; all, or the newest."""
    rows = _standing(clinic, patient).values(*COLUMNS)
    if newest is None:
        return [_view(row) for row in rows.order_by("day", "at", "id")]
    return [_view(row) for row in rows.order_by("-day", "-at", "-id")[:newest]][::-1]


def beside(
    *, clinic: uuid.UUID, patient: uuid.UUID, first: date
) -> list[DiaryDay]:
    """This function will list the entries from a day on that arrived after newer words, and so do
    not count; oldest first.
    """
    rows = DiaryEntry.of(clinic).filter(
        patient_id=patient, day__gte=first, extras__has_key=LATE
    )
    return [_view(row) for row in rows.order_by("day", "at", "id").values(*COLUMNS)]


def scales(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[Scales]:
    """This function will give the scales of all entries that stand, oldest first, and no more."""
    rows = _standing(clinic, patient).order_by("day", "at", "id")
    return [
        Scales(
            day=day, at=at, average_pain=average, worst_pain=worst, function=function, mood=mood
        )
        for day, at, average, worst, function, mood in rows.values_list(*SCALES)
    ]


def extra_doses(*, clinic: uuid.UUID, patient: uuid.UUID) -> dict[date, int]:
    """This function will give the extra doses of pain medicine of each day that tells them.

    Told twice on a day, the higher number holds: in the morning the day was not over.
    """
    rows = _standing(clinic, patient).filter(extras__has_key="extra_doses")
    found: dict[date, int] = {}
    for day, extras in rows.values_list("day", "extras"):
        found[day] = max(found.get(day, 0), int(extras["extra_doses"]))
    return found


def _standing(clinic: uuid.UUID, patient: uuid.UUID) -> QuerySet[DiaryEntry]:
    rows = DiaryEntry.of(clinic).filter(patient_id=patient)
    replaced = rows.filter(corrects__isnull=False).values("corrects_id")
    return rows.exclude(pk__in=replaced).exclude(extras__has_key=LATE)


def _view(row: dict[str, Any]) -> DiaryDay:
    extras = dict(row.pop("extras"))
    by = row.pop("by_id")
    return DiaryDay(**row, moment=extras.pop("moment", "day"), extras=extras, by=by)
