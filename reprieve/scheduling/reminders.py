"""Which reminders and diary prompts are due when, on the clinic's clock, outside quiet hours."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import Any

from reprieve.knowledge import BadValue, Knowledge, load
from reprieve.scheduling.wall import local, resolve, same_wall_time, utc

PACKAGE = "reprieve.scheduling.routines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Wall-clock hours in which nobody is disturbed; both ends may be used, between is quiet."""

    begins: time
    ends: time

    def is_quiet(self, wall: time) -> bool:
        """Say whether a time lies strictly inside, also across midnight."""
        if self.begins < self.ends:
            return self.begins < wall < self.ends
        return self.begins != self.ends and (wall > self.begins or wall < self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """How long before an appointment: calendar days (same wall-clock time) or real minutes."""

    kind: str
    days_before: int = 0
    minutes_before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryTimes:
    """When the diary asks: every evening for `daily_before_days` before a series, daily while it
    lasts and some weeks more, then on `thinned_days` (1-7) of each week.
    """

    evening: time
    evening_after_end_min: int
    morning: time
    daily_before_days: int
    open_for_hours: int
    daily_for_days: int
    thinned_days: frozenset[int]
    stop_after_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """The clinic's reminders; `dataclasses.replace` makes a clinic's or a patient's own."""

    quiet: Quiet
    leads: tuple[Lead, ...]
    diary: DiaryTimes
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Send from `due_at` on, never from `expires_at` on. `key` is unique for its subject.

    `about` is the clinic day it concerns.
    """

    key: str
    kind: str
    about: date
    due_at: datetime
    expires_at: datetime


def routine() -> Routine:
    """Load the shipped reminders."""
    return read(load(PACKAGE, "reminders"))


def read(knowledge: Knowledge) -> Routine:
    """Read reminders from their data. Raises BadValue for data that cannot be read."""
    try:
        return _routine(knowledge)
    except (KeyError, TypeError) as error:
        raise BadValue(knowledge.name, f"not a routine of reminders: {error}") from error


def _routine(knowledge: Knowledge) -> Routine:
    data = knowledge.data
    return Routine(
        quiet=Quiet(begins=_time(data, "quiet_from"), ends=_time(data, "quiet_until")),
        leads=tuple(Lead(**lead) for lead in data["appointment"]),
        diary=_diary(data["diary"]),
        version=knowledge.version,
    )


def at_evening(routine: Routine, evening: time | None) -> Routine:
    """Move the diary's evening to a patient's own time; None keeps the routine's."""
    if evening is None:
        return routine
    return replace(routine, diary=replace(routine.diary, evening=evening))


def appointment_reminders(
    *, start: datetime, booked_at: datetime, zone: str, routine: Routine
) -> tuple[Reminder, ...]:
    """List the reminders of an appointment, in order; none that was over when it was booked.

    One that would fall into quiet hours comes earlier, at their beginning. Each expires when
    the next one is due, the last at the appointment.
    """
    begin, booked = utc(start), utc(booked_at)
    about = local(begin, zone).date()
    found = ((_before_quiet(_lead(begin, x, zone), zone, routine), x) for x in routine.leads)
    dues = sorted(found, key=itemgetter(0))
    expiries = [*(due for due, _ in dues[1:]), begin]
    return tuple(
        Reminder(key=lead.kind, kind=lead.kind, about=about, due_at=due, expires_at=expires)
        for (due, lead), expires in zip(dues, expiries, strict=True)
        if booked < due < expires
    )


def diary_prompts(
    *, infusions: Iterable[tuple[datetime, datetime]], zone: str, routine: Routine
) -> tuple[Reminder, ...]:
    """List the diary prompts of a series, in order, one key a day and moment.

    `infusions`: start and end of each. The evening of an infusion, the morning after, every
    evening while the series lasts and for some weeks, then on the thinned days until the end.
    """
    given = sorted((local(s, zone).date(), utc(e)) for s, e in infusions)
    if not given:
        return ()
    ends = dict(given)
    evenings = _evening_days(given[0][0], given[-1][0], routine.diary)
    found = [_evening(day, ends.get(day), zone, routine) for day in evenings]
    found += [_morning(day + timedelta(days=1), zone, routine) for day in ends]
    return tuple(sorted(found, key=lambda r: (r.due_at, r.key)))


def diary_before(*, first: date, zone: str, routine: Routine) -> tuple[Reminder, ...]:
    """List the evenings before a series that begins on the day `first`, in order.

    They tell how it was without treatment: nothing of that day itself, which is no such day.
    """
    days = (first - timedelta(days=n) for n in range(routine.diary.daily_before_days, 0, -1))
    return tuple(_evening(day, None, zone, routine) for day in days)


def due(
    *,
    reminders: Iterable[Reminder],
    at: datetime,
    sent: Collection[str],
    zone: str,
    routine: Routine,
) -> tuple[Reminder, ...]:
    """List what is to be sent now: begun, not expired, not sent. `sent` holds keys.

    Nothing is due in quiet hours, also not what a stopped clock left behind.
    """
    now = utc(at)
    if routine.quiet.is_quiet(local(now, zone).time()):
        return ()
    return tuple(r for r in reminders if r.due_at <= now < r.expires_at and r.key not in sent)


def quiet_since(*, at: datetime, zone: str, routine: Routine) -> datetime | None:
    """Find when the quiet hours that hold a moment began; None outside them."""
    here = local(at, zone)
    if not routine.quiet.is_quiet(here.time()):
        return None
    begins = routine.quiet.begins
    day = here.date() if here.time() > begins else here.date() - timedelta(days=1)
    return resolve(day=day, wall=begins, zone=zone).at


def _lead(begin: datetime, lead: Lead, zone: str) -> datetime:
    if lead.days_before:
        return same_wall_time(begin, days=-lead.days_before, zone=zone)
    return begin - timedelta(minutes=lead.minutes_before)


def _before_quiet(at: datetime, zone: str, routine: Routine) -> datetime:
    return quiet_since(at=at, zone=zone, routine=routine) or at


def _after_quiet(at: datetime, zone: str, routine: Routine) -> datetime:
    here = local(at, zone)
    if not routine.quiet.is_quiet(here.time()):
        return at
    ends = routine.quiet.ends
    day = here.date() if here.time() < ends else here.date() + timedelta(days=1)
    return resolve(day=day, wall=ends, zone=zone).at


def _evening_days(first: date, last: date, diary: DiaryTimes) -> list[date]:
    daily = (last - first).days + diary.daily_for_days
    until = (last - first).days + diary.stop_after_days
    days = (first + timedelta(days=n) for n in range(until + 1))
    return [d for n, d in enumerate(days) if n <= daily or _is_thinned_day(d, last, diary)]


def _is_thinned_day(day: date, last: date, diary: DiaryTimes) -> bool:
    return ((day - last).days - 1) % 7 + 1 in diary.thinned_days


def _evening(day: date, ended: datetime | None, zone: str, routine: Routine) -> Reminder:
    at = resolve(day=day, wall=routine.diary.evening, zone=zone).at
    if ended is not None:
        at = max(at, ended + timedelta(minutes=routine.diary.evening_after_end_min))
    return _prompt("evening", day, _after_quiet(at, zone, routine), routine)


def _morning(day: date, zone: str, routine: Routine) -> Reminder:
    at = resolve(day=day, wall=routine.diary.morning, zone=zone).at
    return _prompt("morning", day, _after_quiet(at, zone, routine), routine)


def _prompt(moment: str, day: date, due_at: datetime, routine: Routine) -> Reminder:
    return Reminder(
        key=f"diary-{moment}-{day.isoformat()}",
        kind=f"diary-{moment}",
        about=day,
        due_at=due_at,
        expires_at=due_at + timedelta(hours=routine.diary.open_for_hours),
    )


def _diary(data: dict[str, Any]) -> DiaryTimes:
    days: Sequence[int] = data["thinned_days"]
    if any(day not in range(1, 8) for day in days):
        raise BadValue("thinned_days", f"must lie between 1 and 7, not {list(days)}")
    times = {"evening": _time(data, "evening"), "morning": _time(data, "morning")}
    return DiaryTimes(**{**data, **times, "thinned_days": frozenset(days)})


def _time(data: Any, field: str) -> time:
    try:
        return time.fromisoformat(data[field])
    except ValueError as error:
        raise BadValue(field, f"not a time of day: {data[field]!r}") from error
