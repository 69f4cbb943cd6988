"""Emergency accesses: whose lasts until when, and what waits to be looked at."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from reprieve.records import notes
from reprieve.records.models import AccessEntry, EmergencyAccess
from reprieve.records.queries import people

STAFF = "practitioner:"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyView:
    """One emergency access. `opened` is how many pages the person opened while it lasted."""

    id: uuid.UUID
    practitioner: uuid.UUID
    name: str
    at: datetime
    until: datetime
    reason: str
    opened: int
    reviewed_at: datetime | None
    reviewer: str
    justified: bool | None
    note: str


def until(*, clinic: uuid.UUID, practitioner: uuid.UUID, at: datetime) -> datetime | None:
    """This function will return the end of somebody's emergency access, None without one."""
    rows = EmergencyAccess.of(clinic).filter(practitioner_id=practitioner, until__gt=at)
    end: datetime | None = rows.aggregate(end=Max("until"))["end"]
    return end


def every(*, clinic: uuid.UUID) -> list[EmergencyView]:
    """This function will list the emergency accesses, those first that nobody looked at."""
    rows = EmergencyAccess.of(clinic).select_related("reason", "review__note")
    names = {member.id: member.name for member in people.staff(clinic=clinic)}
    found = [_view(row, names) for row in rows.order_by("-recorded_at")]
    return sorted(found, key=lambda one: one.reviewed_at is not None)


def _view(row: EmergencyAccess, names: dict[uuid.UUID, str]) -> EmergencyView:
    judged = getattr(row, "review", None)
    opened = AccessEntry.objects.filter(
        clinic_uid=row.clinic_id, actor=f"{STAFF}{row.practitioner_id}",
        at__gte=row.recorded_at, at__lte=row.until,
    )  # fmt: skip
    return EmergencyView(
        id=row.pk, practitioner=row.practitioner_id, name=names[row.practitioner_id],
        at=row.recorded_at, until=row.until, reason=notes.read(row.reason),
        opened=opened.count(), reviewed_at=judged.recorded_at if judged else None,
        reviewer=names.get(judged.by_id, "") if judged else "",
        justified=judged.justified if judged else None,
        note=notes.read(judged.note) if judged else "",
    )  # fmt: skip
