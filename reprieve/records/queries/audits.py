"""Who wrote what and who looked at what, for the clinic's auditor: newest first, in pages."""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, Literal

from django.db.models import TextField
from django.db.models.functions import Cast

from reprieve.records.models import AccessEntry, AuditEvent, Patient
from reprieve.records.queries import audit_subjects, people

PAGE = 100
STAFF = "practitioner:"
FAILED = "account.failed"  # the one act on the trail that nobody was let do

Outcome = Literal["", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One act or one reading. `numbers` are the patients it shows, by the clinic's own numbers.

    `about` and `subject` name the record; `detail` is what the act says of itself, staff by name.
    """

    id: int
    at: datetime
    who: str
    what: str
    about: str = ""
    subject: str = ""
    name: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines: before a row's id, of a practitioner, of an act or page, of a kind of record,
    of a patient's number, by how it ended, from a moment to before another. What is empty leaves
    nothing out."""

    before: int | None = None
    who: str = ""
    what: str = ""
    about: str = ""
    outcome: Outcome = ""
    patient: int | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = Wanted()


def writes(*, clinic: uuid.UUID, wanted: Wanted = EVERYTHING) -> list[Line]:
    """This function will list what was written, the newest first."""
    rows = _ended(_of(AuditEvent.objects.filter(clinic_id=clinic), wanted, "action"), wanted)
    if wanted.about:
        rows = rows.filter(subject_kind=wanted.about)
    if wanted.patient is None:
        found = list(rows.order_by("-id")[:PAGE])
    else:
        found = _about(rows, clinic, wanted.patient)
    names = _names(clinic)
    whose = audit_subjects.numbers(
        clinic=clinic, subjects=[(row.subject_kind, row.subject) for row in found]
    )
    return [_written(row, names, whose.get((row.subject_kind, row.subject))) for row in found]


def _written(row: AuditEvent, names: Mapping[str, str], number: int | None) -> Line:
    return Line(
        id=row.pk, at=row.at, who=names.get(row.actor, row.actor), what=row.action,
        about=row.subject_kind, subject=row.subject, name=names.get(f"{STAFF}{row.subject}", ""),
        detail={
            key: names.get(f"{STAFF}{value}", value) for key, value in row.detail.items()
        },
        numbers=() if number is None else (number,),
    )  # fmt: skip


def _ended(rows: Any, wanted: Wanted) -> Any:
    if not wanted.outcome:
        return rows
    return rows.filter(action=FAILED) if wanted.outcome == "failed" else rows.exclude(action=FAILED)


def _about(rows: Any, clinic: uuid.UUID, number: int) -> list[AuditEvent]:
    """Asked for in order, a database walks through the whole trail to save itself the sorting."""
    patient = _patient(clinic, number)
    if patient is None:
        return []
    keys = audit_subjects.of_patient(clinic=clinic, patient=patient)
    found = (
        rows.filter(subject__in=part).values_list("pk", flat=True)
        for part in _parts(keys, audit_subjects.PART)
    )
    newest = heapq.nlargest(PAGE, chain.from_iterable(found))
    return list(AuditEvent.objects.filter(pk__in=newest).order_by("-id"))


def _parts(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))


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
