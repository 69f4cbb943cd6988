"""What the desk has to book: opened where a place is missing, closed by the booking that fills it.

A visit that was cancelled or missed, and a plan whose infusions have no place, wait on the desk's
list until they are booked, or until the desk says why they are not.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from reprieve.pathway import worklist
from reprieve.pathway.permissions import DESK, Actor
from reprieve.records.models import Appointment, EpisodeOfCare
from reprieve.records.queries import booking_plan, closings
from reprieve.records.queries.booking_plan import PlanView

WITHIN = timedelta(days=1)


def kind(visit: str) -> str:
    """This function will name the work that a visit without a place is."""
    return f"book_{visit}"


INFUSION = kind("infusion")
RUNNING = ("planned", "in_series")
KINDS = (INFUSION, kind("consultation"), kind("follow_up"))


def missed(row: Appointment, *, actor: Actor, at: datetime, reason: str) -> None:
    """This function will ask the desk to book again what was cancelled or missed, in its act.

    Nothing is booked again for a patient whose care has ended.
    """
    if closings.is_ended(clinic=row.clinic_id, patient=row.patient_id):
        return
    if is_missing(clinic=row.clinic_id, patient=row.patient_id, visit=row.kind, at=at):
        _ask(row.kind, actor=actor, at=at, patient=row.patient_id, text=reason)


def planned(*, actor: Actor, at: datetime, patient: uuid.UUID) -> None:
    """This function will ask the desk for the places of a plan just signed, in its act."""
    if is_missing(clinic=actor.clinic, patient=patient, visit="infusion", at=at):
        _ask("infusion", actor=actor, at=at, patient=patient, text="")


def booked(*, actor: Actor, at: datetime, patient: uuid.UUID, visit: str) -> None:
    """This function will close what waited for a booking once nothing is missing, in its act."""
    worklist.finish_within(actor=actor, at=at, kind="next_visit", patient=patient)
    if not is_missing(clinic=actor.clinic, patient=patient, visit=visit, at=at):
        worklist.finish_within(actor=actor, at=at, kind=kind(visit), patient=patient)


def is_missing(*, clinic: uuid.UUID, patient: uuid.UUID, visit: str, at: datetime) -> bool:
    """This function will tell whether an infusion of a running series, or a visit, has no place."""
    plan = _running(clinic, patient) if visit == "infusion" else None
    if plan is not None:
        return booking_plan.placed(clinic=clinic, plan=plan) < plan.sessions
    rows = Appointment.of(clinic).filter(patient_id=patient, kind=visit, ends_at__gt=at)
    return not rows.filter(status__in=("booked", "late", "arrived")).exists()


def _running(clinic: uuid.UUID, patient: uuid.UUID) -> PlanView | None:
    """The plan whose infusions are to be given; a series that was ended asks for no more."""
    rows = EpisodeOfCare.of(clinic).filter(patient_id=patient).order_by("-started_at")
    state = rows.values_list("state", flat=True).first()
    return booking_plan.newest(clinic=clinic, patient=patient) if state in RUNNING else None


def _ask(visit: str, *, actor: Actor, at: datetime, patient: uuid.UUID, text: str) -> None:
    worklist.open_once(
        actor=actor, at=at, kind=kind(visit), owner_role=DESK, due_at=at + WITHIN,
        patient=patient, text=text,
    )  # fmt: skip
