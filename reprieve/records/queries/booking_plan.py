"""The plan that a series is booked for, and which of its infusions have a place already."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from reprieve.records.models import Appointment, CarePlan, InfusionState
from reprieve.records.queries import treatments
from reprieve.records.queries.booking import AppointmentView, of_patient

# These took place or will: a cancelled or missed infusion still needs a day.
COUNTED = ("booked", "late", "arrived", "done")
STILL_TO_COME = ("booked", "late")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A signed plan as the calendar needs it: its regimen's id and how many infusions."""

    id: uuid.UUID
    patient: uuid.UUID
    regimen: str
    sessions: int
    is_booster: bool


def newest(*, clinic: uuid.UUID, patient: uuid.UUID) -> PlanView | None:
    """This function will return the patient's plan in force: the newest, or None."""
    rows = CarePlan.of(clinic).filter(patient_id=patient).order_by("-recorded_at", "-id")
    return _view(rows.first())


def one(*, clinic: uuid.UUID, plan: uuid.UUID) -> PlanView | None:
    """This function will return a plan, or None."""
    return _view(CarePlan.of(clinic).filter(pk=plan).first())


def booked(*, clinic: uuid.UUID, plan: PlanView) -> list[AppointmentView]:
    """This function will list the infusions of a plan that took place or are booked, in order."""
    found = [
        visit
        for visit in of_patient(clinic=clinic, patient=plan.patient)
        if visit.plan == plan.id and visit.status in COUNTED and visit.series_no is not None
    ]
    return sorted(found, key=lambda visit: visit.series_no or 0)


def placed(*, clinic: uuid.UUID, plan: PlanView) -> int:
    """This function will count a plan's infusions that have a place or were given without one.

    One that was booked by itself after the signing, and names no plan, is taken for the plan's.
    """
    signed_at = CarePlan.of(clinic).values_list("recorded_at", flat=True).get(pk=plan.id)
    visits = Appointment.of(clinic).filter(
        patient_id=plan.patient, kind="infusion", status__in=COUNTED
    )
    own = visits.filter(Q(plan_id=plan.id) | Q(plan__isnull=True, starts_at__gte=signed_at))
    given = InfusionState.of(clinic).filter(encounter__plan_id=plan.id, started_ms__isnull=False)
    return own.count() + given.exclude(encounter__appointment__in=own).count()


def taken_by_patient(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[AppointmentView]:
    """This function will list the visits that keep a patient from being elsewhere."""
    rows = of_patient(clinic=clinic, patient=patient)
    return [row for row in rows if row.status in ("booked", "late", "arrived")]


def plan_of(*, clinic: uuid.UUID, appointment: uuid.UUID) -> PlanView | None:
    """This function will return the plan that a visit belongs to, or None."""
    plan = Appointment.of(clinic).filter(pk=appointment).values_list("plan_id", flat=True).first()
    return one(clinic=clinic, plan=plan) if plan else None


def series_ahead(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> date | None:
    """This function will name the day on which a booked series begins, None where none is ahead.

    A series that is under way has begun; a booster begins none.
    """
    rows = Appointment.of(clinic).filter(
        patient_id=patient, kind="infusion", status__in=STILL_TO_COME, starts_at__gt=at
    )
    ahead = rows.exclude(plan__is_booster=True).order_by("starts_at")
    starts_at = ahead.values_list("starts_at", flat=True).first()
    if starts_at is None:
        return None
    first: date = starts_at.astimezone(treatments.zone_of(clinic)).date()
    given = treatments.infusions(clinic=clinic, patient=patient, at=at)
    goes_on = (
        bool(given)
        and not given[-1].is_booster
        and (first - given[-1].day).days <= treatments.GAP_DAYS
    )
    return None if goes_on else first


def _view(row: CarePlan | None) -> PlanView | None:
    if row is None:
        return None
    return PlanView(
        id=row.pk, patient=row.patient_id, regimen=row.regimen, sessions=row.sessions,
        is_booster=row.is_booster,
    )  # fmt: skip
