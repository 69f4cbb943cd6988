"""What is due after an infusion and after a series: the 24 h call, the visit, the instruments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, TypeVar

from reprieve.knowledge import N_, Message, load
from reprieve.scheduling.opening import Opening, is_open_at, is_working_day
from reprieve.scheduling.wall import utc

PACKAGE = "reprieve.scheduling.routines"

_Moment = TypeVar("_Moment", date, datetime)
State = Literal["coming", "due", "overdue", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The call after an infusion: may be made from `earliest`, due at `due_at`, then overdue.

    `note` says when the clinic is closed at `due_at`: somebody has to be named for it, the call
    is not put off.
    """

    earliest: datetime
    due_at: datetime
    overdue_at: datetime
    state: State
    note: Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The follow-up visit's window, its best day, and its best day on which the clinic opens.

    `open_day` is None when the clinic opens on no day of the window.
    """

    first: date
    best: date
    last: date
    open_day: date | None
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentDue:
    """A questionnaire of a week after the series; answers from `first` to `last` count for it."""

    instrument: str
    week: int
    first: date
    day: date
    last: date
    state: State


def call_due(*, ended_at: datetime, at: datetime, opening: Opening, done: bool = False) -> Call:
    """Find when the call after an infusion is due, in real hours after it ended."""
    hours = load(PACKAGE, "followups").data["call"]
    begin, now = utc(ended_at), utc(at)
    earliest, due_at, overdue_at = (
        begin + timedelta(hours=hours[f"{name}_hours"]) for name in ("from", "due", "overdue")
    )
    closed = Message(id=N_("The clinic is closed when this call is due: name who makes it."))
    return Call(
        earliest=earliest,
        due_at=due_at,
        overdue_at=overdue_at,
        state=_state(now, earliest, overdue_at, done=done),
        note=None if is_open_at(opening, due_at) else closed,
    )


def visit_due(*, last_infusion: date, at: date, opening: Opening, done: bool = False) -> Visit:
    """Find the window of the follow-up visit, 2 to 4 weeks after the last infusion."""
    days = load(PACKAGE, "followups").data["visit"]
    first, best, last = (
        last_infusion + timedelta(days=days[f"{name}_days"]) for name in ("from", "best", "until")
    )
    window = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    nearest = sorted(window, key=lambda d: (abs(d - best), d))
    return Visit(
        first=first,
        best=best,
        last=last,
        open_day=next((d for d in nearest if is_working_day(opening, d)), None),
        state=_state(at, first, last + timedelta(days=1), done=done),
    )


def instruments_due(
    *, last_infusion: date, at: date, answered: Collection[tuple[str, int]] = ()
) -> tuple[InstrumentDue, ...]:
    """List the questionnaires after a series by week, with their state on the day `at`.

    `answered` holds instrument and week. A missed one stays overdue: it is never filled in.
    """
    data = load(PACKAGE, "followups").data
    pairs = sorted((week, i["id"]) for i in data["instrument"] for week in i["weeks"])
    return tuple(
        _instrument(name, week, last_infusion, at, done=(name, week) in answered)
        for week, name in pairs
    )


def _instrument(
    name: str, week: int, last_infusion: date, at: date, *, done: bool
) -> InstrumentDue:
    window = load(PACKAGE, "followups").data["window"]
    day = last_infusion + timedelta(days=7 * week)
    first = day - timedelta(days=window["before_days"])
    last = day + timedelta(days=window["after_days"])
    overdue = last + timedelta(days=1)
    state = _state(at, first, overdue, done=done)
    return InstrumentDue(instrument=name, week=week, first=first, day=day, last=last, state=state)


def _state(now: _Moment, first: _Moment, overdue: _Moment, *, done: bool) -> State:
    if done:
        return "done"
    if now < first:
        return "coming"
    return "due" if now < overdue else "overdue"
