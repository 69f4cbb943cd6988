"""When the clinic is open and who is away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from reprieve.knowledge import N_, BadValue, Message
from reprieve.scheduling.slots import Interval
from reprieve.scheduling.wall import local, resolve, zone_of

MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Wall-clock hours of one day. `closes` at 00:00 means the end of that day."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes != MIDNIGHT and self.closes <= self.opens:
            raise BadValue("closes", f"{self.closes} must come after {self.opens}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A clinician who is away, and why where it may be shown."""

    who: str
    during: Interval
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A clinic's calendar in its own zone.

    `weekly`: hours by weekday, Monday 0; a weekday left out is closed. `special` replaces a
    date's hours. `closures` (date and reason) goes before both.
    """

    zone: str
    weekly: Mapping[int, tuple[Hours, ...]]
    special: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)
    closures: Mapping[date, str] = field(default_factory=dict)
    absences: tuple[Absence, ...] = ()

    def __post_init__(self) -> None:
        zone_of(self.zone)
        wrong = [day for day in self.weekly if day not in range(7)]
        if wrong:
            raise BadValue("weekday", f"must lie between 0 and 6, not {wrong[0]}")


def open_intervals(opening: Opening, day: date) -> tuple[Interval, ...]:
    """Give the open intervals of a calendar day, in order; an hour lost to the clock is lost."""
    if day in opening.closures:
        return ()
    hours = opening.special.get(day, opening.weekly.get(day.weekday(), ()))
    found = (_on(day, h, opening.zone) for h in sorted(hours, key=lambda h: h.opens))
    return tuple(i for i in found if i is not None)


def is_working_day(opening: Opening, day: date) -> bool:
    """Say whether the clinic opens at all on a day."""
    return bool(open_intervals(opening, day))


def closed_because(opening: Opening, wanted: Interval) -> Message | None:
    """Say why the clinic is not open for the whole of an interval, None when it is."""
    day = local(wanted.start, opening.zone).date()
    if day in opening.closures:
        says = N_("Closed on {day}: {reason}.")
        return Message(id=says, params={"day": day, "reason": opening.closures[day]})
    hours = open_intervals(opening, day)
    if any(i.holds(wanted) for i in hours):
        return None
    if not hours:
        return Message(id=N_("Not open on {day}."), params={"day": day})
    says = N_("Outside the opening hours of {day} ({hours}).")
    return Message(id=says, params={"day": day, "hours": _spoken(hours, opening.zone)})


def is_open_at(opening: Opening, at: datetime) -> bool:
    """Say whether the clinic is open at a moment."""
    day = local(at, opening.zone).date()
    return any(i.start <= at < i.end for i in open_intervals(opening, day))


def absences_of(opening: Opening, who: str, wanted: Interval) -> tuple[Absence, ...]:
    """List a clinician's absences that touch an interval."""
    return tuple(a for a in opening.absences if a.who == who and a.during.overlaps(wanted))


def _on(day: date, hours: Hours, zone: str) -> Interval | None:
    last = day + timedelta(days=1) if hours.closes == MIDNIGHT else day
    start = resolve(day=day, wall=hours.opens, zone=zone).at
    end = resolve(day=last, wall=hours.closes, zone=zone, fold=1).at
    return Interval(start=start, end=end) if start < end else None


def _spoken(hours: tuple[Interval, ...], zone: str) -> str:
    parts = (f"{local(i.start, zone):%H:%M}-{local(i.end, zone):%H:%M}" for i in hours)
    return ", ".join(parts)
