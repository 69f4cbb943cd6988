"""The days on which the clinic is closed, and the visits that were booked before they were."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Max

from reprieve.records.models import AppointmentEvent
from reprieve.records.queries import booking, settings
from reprieve.records.queries.booking import AppointmentView
from reprieve.records.queries.settings import Chosen
from reprieve.records.queries.treatments import zone_of

KEY = "booking.closures"
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
# Whoever does one of these with a visit of a closed day knows that it is closed.
PLACED = ("booked", "moved", "restored")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """A day without opening hours: why, and since when and by whom it is closed."""

    day: date
    reason: str
    since: datetime
    by: str


def days_of(kept: Mapping[str, str]) -> dict[date, str]:
    """This function will read the days and their reasons from the setting that keeps them."""
    return {date.fromisoformat(day): why for day, why in kept.items()}


def standing(*, clinic: uuid.UUID, at: datetime) -> list[ClosedDay]:
    """This function will list the closed days from a moment's day on, the next first."""
    today = at.astimezone(zone_of(clinic)).date()
    found = _fold(settings.during(clinic=clinic, key=KEY, since=BEGINNING, until=at))
    return sorted((one for one in found if one.day >= today), key=lambda one: one.day)


def _fold(chosen: Iterable[Chosen]) -> list[ClosedDay]:
    """A day keeps the moment at which it was closed until it is taken back."""
    now: dict[date, ClosedDay] = {}
    for one in chosen:
        now = {
            day: now.get(day) or ClosedDay(day=day, reason=why, since=one.since, by=one.by)
            for day, why in days_of(one.value).items()
        }
    return list(now.values())


def touched(
    *, clinic: uuid.UUID, at: datetime, patient: uuid.UUID | None = None
) -> list[tuple[ClosedDay, AppointmentView]]:
    """This function will list the visits still to come whose day was closed after their booking.

    One that was booked or moved there afterwards stays there knowingly. It is of everybody where
    no patient is named.
    """
    days = {one.day: one for one in standing(clinic=clinic, at=at)}
    if not days:
        return []
    zone = zone_of(clinic)
    visits = [
        (days.get(one.starts_at.astimezone(zone).date()), one)
        for one in booking.coming(clinic=clinic, at=at, patient=patient)
    ]
    placed = _placed(clinic, [one.id for day, one in visits if day])
    return [(day, one) for day, one in visits if day and placed.get(one.id, BEGINNING) <= day.since]


def _placed(clinic: uuid.UUID, ids: list[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    rows = AppointmentEvent.of(clinic).filter(appointment_id__in=ids, kind__in=PLACED)
    return dict(rows.values_list("appointment_id").annotate(last=Max("recorded_at")))
