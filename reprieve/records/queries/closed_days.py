"""The days on which the clinic is closed, and the visits that were booked before they were."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Max

from reprieve.records import notes
from reprieve.records.models import AppointmentEvent, InfusionState, WorkItemEvent
from reprieve.records.queries import board, booking, settings
from reprieve.records.queries.booking import AppointmentView
from reprieve.records.queries.settings import Chosen
from reprieve.records.queries.treatments import zone_of

KEY = "booking.closures"
WORK = "closed_day"
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
# Whoever does one of these with a visit of a closed day knows that it is closed.
PLACED = ("booked", "moved", "restored")
ATTENDED = ("booked", "late", "arrived")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """A day without opening hours: why, and since when and by whom it is closed."""

    day: date
    reason: str
    since: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A visit whose day was closed after it was booked. `stays` is the desk's word that it stays,
    None while nobody has said so since.
    """

    day: ClosedDay
    visit: AppointmentView
    stays: str | None

    @property
    def is_settled(self) -> bool:
        """Whether somebody has said that it stays."""
        return self.stays is not None


def days_of(kept: Mapping[str, str]) -> dict[date, str]:
    """This function will read the days and their reasons from the setting that keeps them."""
    return {date.fromisoformat(day): why for day, why in kept.items()}


def reason_of(*, clinic: uuid.UUID, day: date, at: datetime) -> str:
    """This function will say why a day, also one gone by, is closed; nothing where it is open."""
    return days_of(settings.value(clinic=clinic, key=KEY, at=at, default={})).get(day, "")


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
) -> list[Touched]:
    """This function will list the visits still to come whose day was closed after their booking.

    One that was booked or moved there afterwards stays there knowingly. It is of everybody where
    no patient is named.
    """
    found = _there(clinic, at, patient)
    placed = _placed(clinic, [one.id for _day, one in found])
    touched_ = [(day, one) for day, one in found if placed.get(one.id, BEGINNING) <= day.since]
    words = _words(clinic, {one.patient for _day, one in touched_})
    return [
        Touched(day=day, visit=one, stays=_word(words.get(one.patient, []), day.since))
        for day, one in touched_
    ]


def staying(*, clinic: uuid.UUID, at: datetime, patient: uuid.UUID) -> set[uuid.UUID]:
    """This function will name a patient's visits that are knowingly on a closed day: put there
    after it was closed, or left there by the desk's word.
    """
    found = touched(clinic=clinic, at=at, patient=patient)
    asked = {one.visit.id for one in found if not one.is_settled}
    return {one.id for _day, one in _there(clinic, at, patient)} - asked


def last_placed(*, clinic: uuid.UUID) -> datetime | None:
    """This function will tell when a visit was put somewhere last, None before any."""
    rows = AppointmentEvent.of(clinic).filter(kind__in=PLACED)
    return rows.order_by("-recorded_at").values_list("recorded_at", flat=True).first()


def is_attended(*, clinic: uuid.UUID, start: datetime, end: datetime) -> bool:
    """This function will tell whether a patient is expected or here between two moments, or an
    infusion is watched now.
    """
    visits = booking.between(clinic=clinic, start=start, end=end)
    if any(one.status in ATTENDED for one in visits):
        return True
    return bool(InfusionState.of(clinic).filter(state__in=board.SHOWN).exists())


def _there(
    clinic: uuid.UUID, at: datetime, patient: uuid.UUID | None
) -> list[tuple[ClosedDay, AppointmentView]]:
    """The visits still to come on closed days, however they came there."""
    days = {one.day: one for one in standing(clinic=clinic, at=at)}
    if not days:
        return []
    zone = zone_of(clinic)
    visits = [
        (days.get(one.starts_at.astimezone(zone).date()), one)
        for one in booking.coming(clinic=clinic, at=at, patient=patient)
    ]
    return [(day, one) for day, one in visits if day]


def _placed(clinic: uuid.UUID, ids: list[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    rows = AppointmentEvent.of(clinic).filter(appointment_id__in=ids, kind__in=PLACED)
    return dict(rows.values_list("appointment_id").annotate(last=Max("recorded_at")))


def _words(
    clinic: uuid.UUID, patients: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[tuple[datetime, str]]]:
    """When the work about each patient was ended, and what the desk said, in order."""
    rows = WorkItemEvent.of(clinic).filter(
        item__kind=WORK, item__patient_id__in=patients, kind="done"
    )
    rows = rows.select_related("note", "item").order_by("recorded_at", "id")
    found: dict[uuid.UUID, list[tuple[datetime, str]]] = {}
    for row in rows:
        text = notes.read(row.note) if row.note else ""
        found.setdefault(row.item.patient_id, []).append((row.recorded_at, text))
    return found


def _word(said: Iterable[tuple[datetime, str]], since: datetime) -> str | None:
    """A word counts for the days that were closed when it was said; the last one is shown."""
    counted = [text for at, text in said if at >= since]
    if not counted:
        return None
    return next((text for text in reversed(counted) if text), "")
