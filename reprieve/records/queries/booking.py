"""Appointments as lists, and what is taken: for the calendar, the day and the patient."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from reprieve.records import instants, notes
from reprieve.records.models import (
    Absence,
    Appointment,
    AppointmentEvent,
    Encounter,
    Escort,
    InfusionState,
    Reservation,
)
from reprieve.records.queries import clinics

NOT_COME = "not_come"  # the work about a visit whose day has passed
# Default of this product, for the medical director to confirm: so long after its day somebody is
# asked about a visit.
OLDEST = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentView:
    """One booked visit as it stands. `series_no` counts the infusions of a plan from 1."""

    id: uuid.UUID
    patient: uuid.UUID
    episode: uuid.UUID
    kind: str
    starts_at: datetime
    ends_at: datetime
    chair: uuid.UUID | None
    chair_name: str
    practitioner: uuid.UUID | None
    practitioner_name: str
    series_no: int | None
    plan: uuid.UUID | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscortView:
    """Who takes the patient home."""

    id: uuid.UUID
    name: str
    phone: str


def between(
    *, clinic: uuid.UUID, start: datetime, end: datetime, with_cancelled: bool = False
) -> list[AppointmentView]:
    """This function will list the visits that touch a period, by time."""
    rows = Appointment.of(clinic).filter(starts_at__lt=end, ends_at__gt=start)
    return _views(rows if with_cancelled else rows.exclude(status="cancelled"))


def of_patient(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[AppointmentView]:
    """This function will list all visits of a patient, oldest first."""
    return _views(Appointment.of(clinic).filter(patient_id=patient))


def of_practitioner(
    *, clinic: uuid.UUID, practitioner: uuid.UUID, start: datetime, end: datetime
) -> list[AppointmentView]:
    """This function will list a clinician's visits that are still to come in a period."""
    rows = Appointment.of(clinic).filter(
        practitioner_id=practitioner, starts_at__lt=end, ends_at__gt=start,
        status__in=("booked", "late"),
    )  # fmt: skip
    return _views(rows)


def coming(
    *, clinic: uuid.UUID, at: datetime, patient: uuid.UUID | None = None
) -> list[AppointmentView]:
    """This function will list the visits still to come, of one patient or of everybody."""
    rows = Appointment.of(clinic).filter(ends_at__gt=at, status__in=("booked", "late"))
    return _views(rows.filter(patient_id=patient) if patient else rows)


def not_come(
    *, clinic: uuid.UUID, at: datetime, since: datetime | None = None,
    patient: uuid.UUID | None = None,
) -> list[AppointmentView]:  # fmt: skip
    """This function will list the visits of days gone by, from `since` on or of the last days, that
    are still only booked, of one patient or of everybody: nobody noted that they came, moved them,
    or said what became of them.

    One at which an infusion was given or a follow-up held is not among them, nor an infusion's on
    whose day the patient was given one without naming it.
    """
    zone, since = ZoneInfo(clinics.clinic(clinic).timezone), since or at - OLDEST
    today = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    linked = Encounter.of(clinic).filter(appointment__isnull=False)
    given = InfusionState.of(clinic).filter(started_ms__isnull=False).values("encounter")
    came = linked.filter(Q(kind="follow_up") | Q(pk__in=given))
    rows = Appointment.of(clinic).filter(
        starts_at__lt=today, starts_at__gte=since, status__in=("booked", "late")
    )
    rows = rows.exclude(pk__in=came.values("appointment"))
    found = _views(rows.filter(patient_id=patient) if patient else rows)
    days = _infusion_days(clinic, zone, since, {one.patient for one in found})
    return [
        one
        for one in found
        if one.kind != "infusion" or (one.patient, _day(one, zone)) not in days
    ]


def _day(visit: AppointmentView, zone: ZoneInfo) -> date:
    return visit.starts_at.astimezone(zone).date()


def _infusion_days(
    clinic: uuid.UUID, zone: ZoneInfo, since: datetime, patients: set[uuid.UUID]
) -> set[tuple[uuid.UUID, date]]:
    """The days of the clinic on which some patients' infusions began."""
    if not patients:
        return set()
    rows = InfusionState.of(clinic).filter(
        patient__in=patients, started_ms__gte=instants.ms(since - timedelta(days=1))
    )
    return {
        (patient, instants.moment(started).astimezone(zone).date())
        for patient, started in rows.values_list("patient_id", "started_ms")
        if started is not None
    }


def one(*, clinic: uuid.UUID, appointment: uuid.UUID) -> AppointmentView | None:
    """This function will return one visit of the clinic, or None."""
    found = _views(Appointment.of(clinic).filter(pk=appointment))
    return found[0] if found else None


def taken(
    *, clinic: uuid.UUID, first_slot: int, last_slot: int
) -> dict[tuple[str, uuid.UUID], set[int]]:
    """This function will return the reserved slots of each resource (kind, id) in a range."""
    rows = Reservation.objects.filter(
        clinic_id=clinic, slot__gte=first_slot, slot__lte=last_slot
    ).values_list("resource_kind", "resource", "slot")
    found: dict[tuple[str, uuid.UUID], set[int]] = {}
    for kind, resource, slot in rows:
        found.setdefault((kind, resource), set()).add(slot)
    return found


def absences(
    *, clinic: uuid.UUID, start: datetime, end: datetime
) -> list[tuple[uuid.UUID, datetime, datetime, str]]:
    """This function will list the absences that touch a period: who, from, until, why."""
    rows = _absences(clinic).filter(starts_at__lt=end, ends_at__gt=start)
    return list(rows.values_list("practitioner_id", "starts_at", "ends_at", "reason"))


def _absences(clinic: uuid.UUID) -> QuerySet[Absence]:
    """One that was taken back before it began has no length and counts no more."""
    rows: QuerySet[Absence] = Absence.of(clinic).filter(ends_at__gt=F("starts_at"))
    return rows


def escort(*, clinic: uuid.UUID, appointment: uuid.UUID) -> EscortView | None:
    """This function will return the escort named last for a visit, or None."""
    rows = Escort.of(clinic).filter(appointment_id=appointment).select_related("contact")
    row = rows.order_by("-recorded_at", "-id").first()
    if row is None:
        return None
    name, _, phone = notes.read(row.contact).partition("\n")
    return EscortView(id=row.pk, name=name, phone=phone)


def history(*, clinic: uuid.UUID, appointment: uuid.UUID) -> list[tuple[str, datetime, str]]:
    """This function will list what happened to a visit: act, when, and the reason given."""
    rows = AppointmentEvent.of(clinic).filter(appointment_id=appointment).select_related("note")
    return [
        (row.kind, row.recorded_at, notes.read(row.note))
        for row in rows.order_by("recorded_at", "id")
    ]


def _views(rows: QuerySet[Appointment]) -> list[AppointmentView]:
    return [
        AppointmentView(
            id=row.pk, patient=row.patient_id, episode=row.episode_id, kind=row.kind,
            starts_at=row.starts_at, ends_at=row.ends_at, chair=row.chair_id,
            chair_name=row.chair.name if row.chair else "",
            practitioner=row.practitioner_id,
            practitioner_name=row.practitioner.name if row.practitioner else "",
            series_no=row.series_no, plan=row.plan_id, status=row.status,
        )
        for row in rows.select_related("chair", "practitioner").order_by("starts_at", "id")
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceView:
    """When somebody cannot be booked, and why as everybody may read it."""

    id: uuid.UUID
    practitioner: uuid.UUID
    practitioner_name: str
    starts_at: datetime
    ends_at: datetime
    reason: str


def absences_after(*, clinic: uuid.UUID, at: datetime) -> list[AbsenceView]:
    """This function will list the absences that are not over at a moment, the next first."""
    rows = _absences(clinic).filter(ends_at__gt=at).select_related("practitioner")
    return [
        AbsenceView(
            id=row.pk, practitioner=row.practitioner_id, practitioner_name=row.practitioner.name,
            starts_at=row.starts_at, ends_at=row.ends_at, reason=row.reason,
        )
        for row in rows.order_by("starts_at", "id")
    ]  # fmt: skip
