"""Visits whose day has passed and of which nobody noted that the patient came: the desk's work.

Nothing is settled by time alone: a person rings, moves the visit, or says what became of it.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from reprieve.pathway import worklist
from reprieve.pathway.permissions import DESK, Actor
from reprieve.pathway.wanted import Wanted
from reprieve.records.models import EpisodeOfCare
from reprieve.records.queries import booking

KIND = booking.NOT_COME
WITHIN = timedelta(days=1)  # default of this product, for the medical director to confirm
ENDS = frozenset({KIND})


def look(episode: EpisodeOfCare, at: datetime) -> list[Wanted]:
    """This function will say what is wanted for a patient with a visit that nobody accounts for."""
    if not is_true(KIND, episode, at):
        return []
    return [Wanted(kind=KIND, owner_role=DESK, due_at=at + WITHIN)]


def is_true(_kind: str, episode: EpisodeOfCare, at: datetime) -> bool:
    """This function will tell whether a past visit of the patient is still only booked."""
    whose = {"clinic": episode.clinic_id, "patient": episode.patient_id}
    return bool(booking.not_come(at=at, **whose))


def settled(*, actor: Actor, at: datetime, patient: uuid.UUID) -> None:
    """This function will end a patient's work once every past visit is accounted for.

    It is called inside the act that moved a visit or noted what became of it.
    """
    whose = {"clinic": actor.clinic, "patient": patient}
    if worklist.already_open(kind=KIND, **whose) and not booking.not_come(at=at, **whose):
        worklist.finish_within(actor=actor, at=at, kind=KIND, patient=patient)
