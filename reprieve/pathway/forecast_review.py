"""A review that the forecast proposed: the physician's work until a visit is booked in time.

What proposes it is in `forecast_proposing`. It is an expectation and no observation: nothing here
leads to a booster, which needs observed fading and a physician's decision (`maintenance`).
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from reprieve.outcomes.forecasts import Crossing, crossing_of
from reprieve.pathway import worklist
from reprieve.pathway.permissions import Actor
from reprieve.records.queries import booking
from reprieve.records.queries import worklist as queries
from reprieve.records.queries.treatments import zone_of

KIND = "forecast_review"
# A default of this product, for the medical director to confirm: within it somebody looks.
LATEST = timedelta(days=7)


def settled(*, actor: Actor, at: datetime, patient: uuid.UUID) -> None:
    """This function will end a patient's proposed review once a visit is booked in time.

    It is called inside the act that booked or moved a visit.
    """
    expected = standing(clinic=actor.clinic, patient=patient)
    if expected and is_seen_by(clinic=actor.clinic, patient=patient, day=expected.day, at=at):
        worklist.finish_within(actor=actor, at=at, kind=KIND, patient=patient)


def standing(*, clinic: uuid.UUID, patient: uuid.UUID) -> Crossing | None:
    """This function will give what the forecast said when it proposed the review still open."""
    if worklist.already_open(clinic=clinic, kind=KIND, patient=patient) is None:
        return None
    waiting = queries.waiting(clinic=clinic, patient=patient)
    return next((crossing_of(one.text) for one in waiting if one.kind == KIND), None)


def is_seen_by(*, clinic: uuid.UUID, patient: uuid.UUID, day: date, at: datetime) -> bool:
    """This function will tell whether a visit is booked in time: until a day, which may be over,
    or within the time that the review itself has.
    """
    zone = zone_of(clinic)
    until = max(day, at.astimezone(zone).date() + LATEST)
    visits = booking.coming(clinic=clinic, at=at, patient=patient)
    return any(one.starts_at.astimezone(zone).date() <= until for one in visits)
