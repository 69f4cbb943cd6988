"""Infusion visits as the start gate shows them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from reprieve.records.models import Chair, DeviceAssociation, InfusionState

OPEN = ("prepared", "running", "paused", "stopped", "recovery")


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitView:
    """One visit: whose, which session, in which chair, and how values come in."""

    encounter: uuid.UUID
    patient: uuid.UUID
    plan: uuid.UUID | None
    session_no: int | None
    state: str
    chair_name: str
    by_hand: bool
    monitor: str
    opened_at: datetime


def one(*, clinic: uuid.UUID, encounter: uuid.UUID) -> VisitView | None:
    """This function will return one infusion visit, or None."""
    return _first(InfusionState.of(clinic).filter(encounter_id=encounter))


def under_way(*, clinic: uuid.UUID, patient: uuid.UUID) -> VisitView | None:
    """This function will return the visit that a patient is in now, or None."""
    return _first(InfusionState.of(clinic).filter(patient_id=patient, state__in=OPEN))


def _first(rows: QuerySet[InfusionState]) -> VisitView | None:
    row = rows.select_related("encounter").order_by("-encounter__recorded_at").first()
    if row is None:
        return None
    return VisitView(
        encounter=row.encounter_id, patient=row.patient_id, plan=row.encounter.plan_id,
        session_no=row.encounter.session_no, state=row.state, chair_name=_chair(row),
        by_hand=row.by_hand, monitor=_monitor(row), opened_at=row.encounter.recorded_at,
    )  # fmt: skip


def _chair(row: InfusionState) -> str:
    if row.chair_id is None:
        return ""
    return str(Chair.of(row.clinic_id).values_list("name", flat=True).get(pk=row.chair_id))


def _monitor(row: InfusionState) -> str:
    link = (
        DeviceAssociation.objects.filter(
            clinic_id=row.clinic_id, encounter_id=row.encounter_id, until_ms__isnull=True
        )
        .select_related("device")
        .first()
    )
    return "" if link is None else f"{link.device.sender} {link.device.bed}".strip()
