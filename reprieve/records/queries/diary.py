"""Days at home as the patient wrote them; a day that was changed shows its last words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reprieve.records.models import DiaryEntry

# Read as plain columns: five years of days are a page's work.
COLUMNS = (
    "id", "day", "at", "average_pain", "worst_pain", "function", "mood", "extras", "mode", "by_id",
)  # fmt: skip


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


def entries(
    *, clinic: uuid.UUID, patient: uuid.UUID, since: date | None = None
) -> list[DiaryDay]:
    """This function will list a patient's entries that stand, oldest first."""
    rows = DiaryEntry.of(clinic).filter(patient_id=patient)
    if since is not None:
        rows = rows.filter(day__gte=since)
    found = list(rows.order_by("day", "at", "id").values(*COLUMNS, "corrects_id"))
    replaced = {row.pop("corrects_id") for row in found}
    return [_view(row) for row in found if row["id"] not in replaced]


def _view(row: dict[str, Any]) -> DiaryDay:
    extras = dict(row.pop("extras"))
    by = row.pop("by_id")
    return DiaryDay(**row, moment=extras.pop("moment", "day"), extras=extras, by=by)
