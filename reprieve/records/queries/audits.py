"""Who wrote what and who looked at what, for the clinic's auditor: newest first, in pages."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from reprieve.records.models import AccessEntry, AuditEvent, Patient
from reprieve.records.queries import people

PAGE = 100
STAFF = "practitioner:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One act or one reading. `numbers` are the patients it shows, by the clinic's own numbers."""

    id: int
    at: datetime
    who: str
    what: str
    about: str = ""
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines: before a row's id, of a practitioner, of an act or page, of a patient's number,
    from a moment to before another. What is empty leaves nothing out."""

    before: int | None = None
    who: str = ""
    what: str = ""
    patient: int | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = Wanted()


def writes(*, clinic: uuid.UUID, wanted: Wanted = EVERYTHING) -> list[Line]:
    """This function will list what was written, the newest first."""
    rows = _of(AuditEvent.objects.filter(clinic_id=clinic), wanted, "action")
    if wanted.patient is not None:
        rows = rows.filter(subject=str(_patient(clinic, wanted.patient)))
    found = list(rows.order_by("-id")[:PAGE])
    names = _names(clinic)
    return [
        Line(id=row.pk, at=row.at, who=names.get(row.actor, row.actor), what=row.action,
             about=row.subject_kind)
        for row in found
    ]  # fmt: skip


def reads(*, clinic: uuid.UUID, wanted: Wanted = EVERYTHING) -> list[Line]:
    """This function will list what was opened, the newest first."""
    rows = _of(AccessEntry.objects.filter(clinic_uid=clinic), wanted, "view")
    if wanted.patient is not None:
        patient = str(_patient(clinic, wanted.patient))
        rows = rows.annotate(ids=Cast("shown", TextField())).filter(ids__contains=patient)
    found = list(rows.order_by("-id")[:PAGE])
    names, numbers = _names(clinic), _numbers(clinic, [row.shown for row in found])
    return [
        Line(
            id=row.pk, at=row.at, who=names.get(row.actor, row.actor), what=row.view,
            numbers=tuple(sorted({numbers[one] for one in row.shown if one in numbers})),
        )
        for row in found
    ]  # fmt: skip


def _of(rows: Any, wanted: Wanted, what: str) -> Any:
    asked = {
        "pk__lt": wanted.before, "at__gte": wanted.since, "at__lt": wanted.until,
        f"{what}__icontains": wanted.what, "actor": f"{STAFF}{wanted.who}" if wanted.who else "",
    }  # fmt: skip
    return rows.filter(**{name: value for name, value in asked.items() if value})


def _patient(clinic: uuid.UUID, number: int) -> uuid.UUID | None:
    return Patient.of(clinic).filter(number=number).values_list("id", flat=True).first()


def _names(clinic: uuid.UUID) -> dict[str, str]:
    return {f"{STAFF}{m.id}": m.name for m in people.staff(clinic=clinic)}


def _numbers(clinic: uuid.UUID, shown: Sequence[Sequence[str]]) -> dict[str, int]:
    """A patient stands in the log by id; what else was shown is left out here."""
    ids = {one for ids in shown for one in ids if _is_id(one)}
    rows = Patient.of(clinic).filter(pk__in=ids).values_list("id", "number")
    return {str(patient): number for patient, number in rows}


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
