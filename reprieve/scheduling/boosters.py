"""When the next booster is due on a ladder of intervals, given what was given and how relief held.

Intervals lengthen only while relief is known to hold. A due date is a proposal: the physician
decides, and only observed fading brings it forward.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from reprieve.knowledge import N_, BadValue, Knowledge, Message, load

PACKAGE = "reprieve.scheduling.ladders"

Held = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung: a visit block of one or more sessions every so many days; count 0 has no end."""

    every_n_days: int
    count: int
    sessions_per_visit_block: int
    window_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The rungs in order, the shortest gap allowed between blocks, and the data's version."""

    id: str
    steps: tuple[Step, ...]
    min_gap_days: int
    on_fading: Literal["back", "stay"]
    verified: bool
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A booster block that was given: its last day, and whether relief had held until then."""

    day: date
    held: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The next booster: rung (from 1), day, window, sessions, and why that day.

    `early` is true when observed fading brought it forward; `review` when it is not known
    whether relief holds, so that somebody has to ask before the interval means anything.
    """

    step: int
    day: date
    window_from: date
    window_until: date
    sessions: int
    early: bool
    review: bool
    because: Message


def ladder(name: str) -> Ladder:
    """Load a ladder by its file's name. Raises BadValue for an unknown one."""
    return read(load(PACKAGE, name))


def read(knowledge: Knowledge) -> Ladder:
    """Read a ladder from its data. Raises BadValue for one that cannot be climbed."""
    try:
        found = _ladder(knowledge)
    except (KeyError, TypeError) as error:
        raise BadValue(knowledge.name, f"not a ladder: {error}") from error
    _check(found.steps, found.min_gap_days, found.on_fading)
    return found


def _ladder(knowledge: Knowledge) -> Ladder:
    data = knowledge.data
    return Ladder(
        id=knowledge.name,
        steps=tuple(Step(**step) for step in data["step"]),
        min_gap_days=data["min_gap_days"],
        on_fading=data["on_fading"],
        verified=data["verified"],
        version=knowledge.version,
    )


def next_due(
    *,
    ladder: Ladder,
    series_ended: date,
    given: Iterable[Given] = (),
    holds: Held,
    fading_since: date | None = None,
    at: date,
) -> Due:
    """Find the next booster after a series, seen on the day `at`.

    `holds` says whether relief holds now, `fading_since` when it was seen to be lost. Raises
    BadValue for blocks out of order, before the series' end or after `at`.
    """
    history = tuple(given)
    _check_history(series_ended, history, at)
    position = climb(ladder=ladder, given=history)
    last = history[-1].day if history else series_ended
    if holds == "no":
        return _early(ladder, position, last, fading_since, at)
    step = ladder.steps[position]
    day = last + timedelta(days=step.every_n_days)
    return _due(ladder, position, day, early=False, review=holds == "unknown", because=_why(step))


def earliest(*, ladder: Ladder, last: date) -> date:
    """Give the first day that keeps the shortest gap to the last infusion."""
    return last + timedelta(days=ladder.min_gap_days)


def climb(*, ladder: Ladder, given: Sequence[Given]) -> int:
    """Find the rung (from 0) the next block belongs to.

    A rung is done after its count of blocks with relief held; a block given for lost relief
    starts the rung below (or the same) anew, and one given without knowing counts for nothing.
    """
    position, done = 0, 0
    for block in given:
        if block.held == "no":
            position, done = _down(ladder, position), 0
            continue
        done += block.held == "yes"
        if done and done == ladder.steps[position].count:
            position, done = position + 1, 0
    return position


def _down(ladder: Ladder, position: int) -> int:
    return max(0, position - 1) if ladder.on_fading == "back" else position


def _early(ladder: Ladder, position: int, last: date, fading_since: date | None, at: date) -> Due:
    """Bring the block forward to today, but never under the shortest gap."""
    day = max(at, earliest(ladder=ladder, last=last))
    says = N_("Relief was seen to fade: a physician decides on a booster now.")
    because = Message(id=says)
    if fading_since is not None:
        says = N_("Relief was seen to fade since {since}: a physician decides on a booster now.")
        because = Message(id=says, params={"since": fading_since})
    below = _down(ladder, position)
    return _due(ladder, below, day, early=True, review=True, because=because)


def _why(step: Step) -> Message:
    says = N_("{days} days after the last infusion, as the ladder's step asks.")
    return Message(id=says, params={"days": step.every_n_days})


def _due(
    ladder: Ladder, position: int, day: date, *, early: bool, review: bool, because: Message
) -> Due:
    step = ladder.steps[position]
    slack = timedelta(days=step.window_days)
    return Due(
        step=position + 1,
        day=day,
        window_from=day if early else day - slack,
        window_until=day + slack,
        sessions=step.sessions_per_visit_block,
        early=early,
        review=review,
        because=because,
    )


def _check(steps: Sequence[Step], min_gap_days: int, on_fading: str) -> None:
    if not steps or any(s.count < 1 for s in steps[:-1]) or steps[-1].count != 0:
        raise BadValue("step", "each step but the last needs a count, the last has count 0")
    if any(s.every_n_days - s.window_days < min_gap_days for s in steps):
        raise BadValue("min_gap_days", "must not be longer than a step's days less its window")
    if min_gap_days < 1 or any(s.window_days < 0 for s in steps):
        raise BadValue("min_gap_days", "must be 1 or more, windows 0 or more")
    if any(s.sessions_per_visit_block < 1 for s in steps):
        raise BadValue("sessions_per_visit_block", "must be 1 or more")
    if on_fading not in ("back", "stay"):
        raise BadValue("on_fading", f"must be back or stay, not {on_fading!r}")


def _check_history(series_ended: date, given: Sequence[Given], at: date) -> None:
    days = [series_ended, *(g.day for g in given)]
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise BadValue("given", "booster days must rise, from after the end of the series")
    if days[-1] > at:
        raise BadValue("given", f"{days[-1]} lies after {at}")
