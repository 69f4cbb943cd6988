"""What the physician wrote for this patient about the usual medicines after an infusion."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from reprieve.records import notes
from reprieve.records.models import Encounter, Observation

CODE = "medicine_advice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """The words with who wrote them and when. `note` is the row that holds the words."""

    text: str
    note: uuid.UUID
    by: str
    at: datetime


def current(*, clinic: uuid.UUID, encounter: uuid.UUID) -> Advice | None:
    """This function will return the advice that holds for a visit: its own, or its plan's.

    What was written for an earlier plan does not hold: doses of usual medicines change.
    """
    row = Encounter.of(clinic).select_related("plan").get(pk=encounter)
    wanted = Q(encounter_id=row.pk)
    if row.plan is not None:
        wanted |= Q(recorded_at__gte=row.plan.recorded_at)
    return _newest(Observation.of(clinic).filter(wanted, patient_id=row.patient_id, code=CODE))


def last(*, clinic: uuid.UUID, patient: uuid.UUID) -> Advice | None:
    """This function will return the advice written last, whichever visit it was for."""
    return _newest(Observation.of(clinic).filter(patient_id=patient, code=CODE))


def _newest(rows: QuerySet[Observation]) -> Advice | None:
    row = rows.select_related("note", "by").order_by("-recorded_at", "-id").first()
    if row is None or row.note is None:
        return None
    return Advice(
        text=notes.read(row.note), note=row.note.pk, by=row.by.name if row.by else "",
        at=row.recorded_at,
    )  # fmt: skip
