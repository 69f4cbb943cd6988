"""Visits whose day has passed and of which nobody noted that the patient came: the desk's work.

Nothing is settled by time alone: a person rings, moves the visit, or says what became of it.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from reprieve.pathway import booking_book, worklist
from reprieve.pathway.permissions import DESK, Actor
from reprieve.pathway.wanted import Wanted
from reprieve.records.models import EpisodeOfCare, WorkItem
from reprieve.records.queries import booking, settings
from reprieve.records.queries.treatments import zone_of
from reprieve.scheduling.opening import open_intervals

KIND = booking.NOT_COME
# Default of this product, for the medical director to confirm: how far ahead the clinic's next
# opening day is looked for.
SOON_DAYS = 14
ENDS = frozenset({KIND})


def look(episode: EpisodeOfCare, at: datetime) -> list[Wanted]:
    """This function will say what is wanted for a patient with a visit that nobody accounts for.

    Only a visit of the last days opens it (`booking.OLDEST`): what a clinic left open for years
    says nothing about today.
    """
    if not booking.not_come(clinic=episode.clinic_id, at=at, patient=episode.patient_id):
        return []
    return [Wanted(kind=KIND, owner_role=DESK, due_at=_due(episode.clinic_id, at))]


def is_true(_kind: str, episode: EpisodeOfCare, at: datetime) -> bool:
    """This function will tell whether a visit that an open item is about is still only booked."""
    rows = WorkItem.of(episode.clinic_id).filter(kind=KIND, patient_id=episode.patient_id)
    item = rows.filter(state__in=worklist.OPEN).first()
    return item is not None and _is_left(item, at)


def settled(*, actor: Actor, at: datetime, patient: uuid.UUID) -> None:
    """This function will end a patient's work once every visit it is about is accounted for.

    It is called inside the act that moved a visit or noted what became of it.
    """
    item = worklist.locked_open(clinic=actor.clinic, kind=KIND, patient=patient)
    if item is not None and not _is_left(item, at):
        worklist.finish_within(actor=actor, at=at, kind=KIND, patient=patient)


def _is_left(item: WorkItem, at: datetime) -> bool:
    since = item.opened_at - booking.OLDEST
    return bool(
        booking.not_come(clinic=item.clinic_id, patient=item.patient_id, at=at, since=since)
    )


def _due(clinic: uuid.UUID, at: datetime) -> datetime:
    """The end of the next day on which somebody is there to ring."""
    end = at + timedelta(days=SOON_DAYS)
    opening = booking_book.opening(
        clinic=clinic, start=at, end=end, chosen=settings.every(clinic=clinic, at=at)
    )
    today = at.astimezone(zone_of(clinic)).date()
    for n in range(SOON_DAYS):
        for hours in reversed(open_intervals(opening, today + timedelta(days=n))):
            if hours.end > at:
                return hours.end
    return end
