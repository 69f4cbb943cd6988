"""Weeks of a course: whole, not overlapping, counted from the day after the last infusion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from reprieve.knowledge import BadValue
from reprieve.outcomes.baseline import Baseline
from reprieve.outcomes.diary import DiaryEntry, by_day, relief_percent, shown
from reprieve.outcomes.diary import week as week_mean
from reprieve.outcomes.rules import Rules

_Daily = dict[date, Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One series, or one booster: clinic calendar days, and the start of its first infusion.

    `follow_up_ends` is the first day that no longer belongs to it (the next infusion's day, the
    day of withdrawal), None while it goes on.
    """

    started_at: datetime
    first_infusion: date
    last_infusion: date
    infusions: int
    follow_up_ends: date | None = None

    def __post_init__(self) -> None:
        if self.started_at.utcoffset() is None:
            raise BadValue("started_at", "needs a time zone")
        if self.last_infusion < self.first_infusion:
            raise BadValue("last_infusion", "lies before the first infusion")
        if self.infusions < 1:
            raise BadValue("infusions", "must be at least 1")
        if self.follow_up_ends is not None and self.follow_up_ends < self.last_infusion:
            raise BadValue("follow_up_ends", "lies before the last infusion")

    def last_whole_day(self, *, at: date) -> date:
        """Give the last day whose entries are complete when seen on the day `at`."""
        ends = at if self.follow_up_ends is None else min(at, self.follow_up_ends)
        return ends - timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week: number 1 begins the day after the last infusion; 0 and below lie in the course.

    Exact means are kept, so that a value on a threshold falls on the right side of it.
    """

    number: int
    first: date
    last: date
    days: int
    exact_pain: Fraction | None
    exact_relief: Fraction | None
    exact_opioid: Fraction | None

    @property
    def pain(self) -> float | None:
        """Mean pain, 0-10; None with too few answers."""
        return shown(self.exact_pain)

    @property
    def relief_percent(self) -> float | None:
        """Fall from baseline in percent; negative is worse."""
        return shown(self.exact_relief)

    @property
    def rescue_opioid_mme(self) -> float | None:
        """Mean rescue opioid, MME a day; None with too few answers."""
        return shown(self.exact_opioid)


def weeks(
    *, course: Course, baseline: Baseline, diary: Iterable[DiaryEntry], at: date, rules: Rules
) -> tuple[Week, ...]:
    """Divide a course and what followed into whole weeks that have ended before the day `at`.

    Weeks inside the course begin after the day of the first infusion.
    """
    entries = tuple(diary)
    through = course.last_whole_day(at=at)
    anchor = course.last_infusion + timedelta(days=1)
    before = (course.last_infusion - course.first_infusion).days // rules.window_days
    after = (through - course.last_infusion).days // rules.window_days
    daily = (by_day(entries, "average_pain"), by_day(entries, "rescue_opioid_mme"))
    return tuple(
        _week(number, anchor, baseline, daily, rules) for number in range(1 - before, after + 1)
    )


def _week(
    number: int, anchor: date, baseline: Baseline, daily: tuple[_Daily, _Daily], rules: Rules
) -> Week:
    first = anchor + timedelta(days=(number - 1) * rules.window_days)
    pain, opioid = (week_mean(values, first=first, rules=rules) for values in daily)
    return Week(
        number=number,
        first=first,
        last=pain.last,
        days=pain.days,
        exact_pain=pain.mean,
        exact_relief=relief_percent(baseline=baseline.exact_pain, now=pain.mean),
        exact_opioid=opioid.mean,
    )
