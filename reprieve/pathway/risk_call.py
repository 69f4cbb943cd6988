"""Who is called when a life may be at risk, and by when: the clinic's own choice, else defaults.

The same people are called about an alarm that nobody answers.

Settings: `risk.on_call` (practitioner ids in order; by default every active physician by name),
`risk.deadline_open_min` and `risk.deadline_closed_min` (15 and 60), `crisis.text`.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from reprieve.pathway import booking_book
from reprieve.pathway.permissions import DIRECTOR, PHYSICIAN
from reprieve.records.queries import closed_days, people, settings
from reprieve.records.queries.people import StaffMember
from reprieve.scheduling.opening import Opening, is_open_at, open_intervals
from reprieve.scheduling.wall import local

ON_CALL = "risk.on_call"
OPEN_KEY, CLOSED_KEY = "risk.deadline_open_min", "risk.deadline_closed_min"
SEEN_KEY = "risk.seen_min"
OPEN_MIN, CLOSED_MIN = 15, 60  # defaults of this product, for the medical director to confirm
SEEN_MIN = 60  # whoever took it on has this long before it is handed on again


def on_call(*, clinic: uuid.UUID, at: datetime) -> list[StaffMember]:
    """This function will list who is called, first to last; empty when there is no physician."""
    staff = {str(m.id): m for m in people.staff(clinic=clinic) if m.active}
    chosen = settings.value(clinic=clinic, key=ON_CALL, at=at, default=[])
    named = [staff[person] for person in chosen if person in staff]
    if named:
        return named
    doctors = [m for m in staff.values() if PHYSICIAN in m.roles]
    return doctors or [m for m in staff.values() if DIRECTOR in m.roles]


def person(*, clinic: uuid.UUID, at: datetime, level: int) -> StaffMember | None:
    """This function will return who is called at a level, round again after the last."""
    called = on_call(clinic=clinic, at=at)
    return called[level % len(called)] if called else None


def deadline(*, clinic: uuid.UUID, at: datetime) -> datetime:
    """This function will return by when an alert must be taken on.

    A day that was closed counts as open while a patient is still expected or here on it.
    """
    chosen = settings.every(clinic=clinic, at=at)
    day = timedelta(days=1)
    hours = booking_book.opening(clinic=clinic, start=at - day, end=at + day, chosen=chosen)
    if is_open_at(hours, at) or _is_attended(clinic, hours, at):
        return at + timedelta(minutes=int(chosen.get(OPEN_KEY, OPEN_MIN)))
    return at + timedelta(minutes=int(chosen.get(CLOSED_KEY, CLOSED_MIN)))


def _is_attended(clinic: uuid.UUID, hours: Opening, at: datetime) -> bool:
    """Closed by its own choice, in the hours of its week, with patients all the same."""
    day = local(at, hours.zone).date()
    usual = open_intervals(replace(hours, closures={}), day)
    if day not in hours.closures or not any(one.start <= at < one.end for one in usual):
        return False
    return closed_days.is_attended(clinic=clinic, start=usual[0].start, end=usual[-1].end)


def after_seen(*, clinic: uuid.UUID, at: datetime) -> datetime:
    """This function will return by when an alert that was taken on must have its answer."""
    minutes = settings.value(clinic=clinic, key=SEEN_KEY, at=at, default=SEEN_MIN)
    return at + timedelta(minutes=int(minutes))
