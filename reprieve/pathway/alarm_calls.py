"""Who is called when nobody answers an alarm: steps of the ladder become work items.

A doctor who is called gets a message too, without a word about the patient: nobody at 60 seconds
has the board open by chance.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from reprieve.monitoring.alarm_state import State, Transition
from reprieve.pathway import risk_call, staff_calls, worklist
from reprieve.pathway.permissions import DIRECTOR, DOCTORS, NURSE, PHYSICIAN, system
from reprieve.records.folds import Stored
from reprieve.records.models import InfusionState, WorkItem
from reprieve.records.queries import people
from reprieve.records.queries.people import StaffMember

KIND = "alarm"
TEMPLATE = "alarm_call"
DUE = timedelta(minutes=1)
ANSWERED = frozenset({"acknowledged", "cleared"})


def role_of(to: str) -> str | None:
    """This function will tell which role a step of the ladder calls; None is the chair itself."""
    words = to.lower()
    if "director" in words or "second physician" in words:
        return DIRECTOR
    if "physician" in words:
        return PHYSICIAN
    return NURSE if "nurse" in words else None


def follow(
    row: Stored, made: Iterable[Transition], *, state: State, at: datetime
) -> None:
    """This function will open a work item for each role called, and close all once answered."""
    steps = list(made)
    called = {role_of(t.to) for t in steps if t.cause == "escalation"}
    for role in sorted(role for role in called if role is not None):
        _call(row, role, at)
    answered = any(t.after in ANSWERED for t in steps)
    if answered and not any(a.wants_someone for a in state.alarms.values()):
        _close(row, at)


def _call(row: Stored, role: str, at: datetime) -> None:
    waiting = WorkItem.of(row.clinic_id).filter(
        kind=KIND, encounter_id=row.encounter_id, owner_role=role, state__in=worklist.OPEN
    )
    if waiting.exists():
        return
    called = people_called(clinic=row.clinic_id, role=role, at=at)
    worklist.open_item(
        actor=system(row.clinic_id, "alarms"), at=at, kind=KIND, owner_role=role,
        due_at=at + DUE, patient=row.patient_id, encounter=row.encounter_id,
        owner=next((person.id for person in called if role in person.roles), None),
    )  # fmt: skip
    if called:
        params = {"chair": _chair(row), "since": at.isoformat()}
        for person in called:
            staff_calls.call(
                person, clinic=row.clinic_id, at=at, template=TEMPLATE, params=params
            )


def people_called(*, clinic: uuid.UUID, role: str, at: datetime) -> list[StaffMember]:
    """This function will list who gets a message when a step of the ladder calls a role.

    The first doctor on call; then who is next on call, and the medical director. Nurses hear the
    board: one who is named first does not stand in for the doctor.
    """
    if role == NURSE:
        return []
    on_call = risk_call.on_call(clinic=clinic, at=at)
    directors = people.with_role(clinic=clinic, role=DIRECTOR)
    doctors = [person for person in on_call if person.roles & DOCTORS]
    first = (doctors or people.with_role(clinic=clinic, role=PHYSICIAN) or directors)[:1]
    if role == PHYSICIAN:
        return first
    found = [*[person for person in on_call if person not in first][:1], *directors[:1]]
    return list({person.id: person for person in found}.values())


def _chair(row: Stored) -> str:
    """The chair's name: it tells where to go, and nobody from outside who sits there."""
    seat = InfusionState.of(row.clinic_id).filter(encounter_id=row.encounter_id)
    return seat.values_list("chair__name", flat=True).first() or ""


def _close(row: Stored, at: datetime) -> None:
    actor = system(row.clinic_id, "alarms")
    waiting = WorkItem.of(row.clinic_id).filter(
        kind=KIND, encounter_id=row.encounter_id, state__in=worklist.OPEN
    )
    if waiting.exists():
        worklist.finish_within(actor=actor, at=at, kind=KIND, patient=row.patient_id)
