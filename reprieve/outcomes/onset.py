"""Onset of relief: the first confirmed answer with enough relief after the first infusion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from reprieve.outcomes.baseline import Baseline
from reprieve.outcomes.diary import DiaryEntry, relief_percent
from reprieve.outcomes.rules import Answer, Rules
from reprieve.outcomes.weeks import Course


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """When relief began. `hours` is None where the entry has a day only.

    `sustained` is unknown while no next answer has come close enough to confirm it.
    """

    day: date
    days: int
    hours: float | None
    sustained: Answer


def onset(
    *, entries: Iterable[DiaryEntry], course: Course, baseline: Baseline, rules: Rules
) -> Onset | None:
    """Find the first answer at or above the onset limit that the next answer does not deny.

    Answers before the start count for nothing; neither does one of the first day without an
    hour, since it may have come before. Recovery scores count. None: no onset was seen.
    """
    # One answer at a time: an onset mostly comes early, and a diary may be years long.
    for (entry, relief), *following in _with_next(_answers(entries, course, baseline)):
        if relief < rules.onset_relief_percent:
            continue
        sustained = _sustained(entry, following, rules)
        if sustained != "no":
            return _onset(entry, course, sustained)
    return None


Answered = tuple[DiaryEntry, Fraction]


def _with_next(answers: Iterator[Answered]) -> Iterator[tuple[Answered, ...]]:
    """Give each answer with the one that follows, the last alone."""
    before: Answered | None = None
    for one in answers:
        if before is not None:
            yield before, one
        before = one
    if before is not None:
        yield (before,)


def _answers(
    entries: Iterable[DiaryEntry], course: Course, baseline: Baseline
) -> Iterator[Answered]:
    for entry in sorted((e for e in entries if _after(e, course)), key=_order):
        pain = None if entry.average_pain is None else Fraction(entry.average_pain)
        relief = relief_percent(baseline=baseline.exact_pain, now=pain)
        if relief is not None:
            yield entry, relief


def _after(entry: DiaryEntry, course: Course) -> bool:
    if course.follow_up_ends is not None and entry.day >= course.follow_up_ends:
        return False
    if entry.at is not None:
        return entry.at > course.started_at
    return entry.day > course.first_infusion


def _order(entry: DiaryEntry) -> tuple[date, float]:
    """Order by day, then hour; an entry without an hour closes its day."""
    return entry.day, float("inf") if entry.at is None else entry.at.timestamp()


def _sustained(
    entry: DiaryEntry, following: Sequence[tuple[DiaryEntry, Fraction]], rules: Rules
) -> Answer:
    if not following:
        return "unknown"
    later, relief = following[0]
    if (later.day - entry.day).days > rules.onset_next_within_days:
        return "unknown"
    return "yes" if relief >= rules.onset_relief_percent else "no"


def _onset(entry: DiaryEntry, course: Course, sustained: Answer) -> Onset:
    return Onset(
        day=entry.day,
        days=(entry.day - course.first_infusion).days,
        hours=_hours(entry.at, course.started_at),
        sustained=sustained,
    )


def _hours(at: datetime | None, started_at: datetime) -> float | None:
    return None if at is None else (at - started_at).total_seconds() / 3600
