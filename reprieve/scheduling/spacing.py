"""Spacing of a series: which days an infusion may take, given the one it is counted from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, pairwise
from typing import Protocol

from reprieve.knowledge import BadValue

SATURDAY = 5


class Spacing(Protocol):
    """A spacing rule. Positions count from 0."""

    @property
    def count(self) -> int:
        """How many infusions."""

    def may_begin(self, *, day: date) -> bool:
        """Say whether the first infusion may be on a day."""

    def days(self, *, index: int, anchor: tuple[int, date], previous: date) -> tuple[date, ...]:
        """List the days allowed for an infusion, best first, all after `previous`.

        `anchor`: position and day of the infusion that the others are counted from.
        """

    def allows(self, *, index: int, previous: date, day: date) -> bool:
        """Say whether `day` keeps its distance from the infusion before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offsets:
    """Days counted from the first infusion, each movable by `slack_days` either way.

    No two come closer than planned by more than the slack, and never on one day.
    """

    offsets: tuple[int, ...]
    slack_days: int = 0

    def __post_init__(self) -> None:
        check_count(len(self.offsets))
        check_slack(self.slack_days)
        if self.offsets[0] != 0:
            raise BadValue("offsets", f"must begin with 0, not {self.offsets[0]}")
        if any(gap < 1 for gap in self._gaps()):
            raise BadValue("offsets", "must rise")

    @property
    def count(self) -> int:
        """How many infusions."""
        return len(self.offsets)

    def may_begin(self, *, day: date) -> bool:
        """Any day may be the first."""
        return True

    def days(self, *, index: int, anchor: tuple[int, date], previous: date) -> tuple[date, ...]:
        """List the planned day, then its neighbours, the later before the earlier."""
        from_index, from_day = anchor
        planned = from_day + timedelta(days=self.offsets[index] - self.offsets[from_index])
        shifts = sorted(range(-self.slack_days, self.slack_days + 1), key=lambda s: (abs(s), -s))
        found = (planned + timedelta(days=s) for s in shifts)
        return tuple(d for d in found if (d - previous).days >= self._least(index))

    def allows(self, *, index: int, previous: date, day: date) -> bool:
        """Say whether the gap is the planned one, give or take the slack."""
        most = self._gaps()[index - 1] + self.slack_days
        return self._least(index) <= (day - previous).days <= most

    def _least(self, index: int) -> int:
        return max(1, self._gaps()[index - 1] - self.slack_days)

    def _gaps(self) -> tuple[int, ...]:
        return tuple(later - earlier for earlier, later in pairwise(self.offsets))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekdays:
    """Daily on weekdays (Monday to Friday); up to `slack_days` weekdays may be skipped."""

    count: int
    slack_days: int = 0

    def __post_init__(self) -> None:
        check_count(self.count)
        check_slack(self.slack_days)

    def may_begin(self, *, day: date) -> bool:
        """Only a weekday may be the first."""
        return is_weekday(day)

    def days(self, *, index: int, anchor: tuple[int, date], previous: date) -> tuple[date, ...]:
        """List the next weekday after `previous`, then those after it."""
        found = (previous + timedelta(days=n) for n in range(1, 10 + 2 * self.slack_days))
        return tuple(islice((d for d in found if is_weekday(d)), self.slack_days + 1))

    def allows(self, *, index: int, previous: date, day: date) -> bool:
        """Say whether the day is one of the next weekdays."""
        return day in self.days(index=index, anchor=(index - 1, previous), previous=previous)


def weekly(*, count: int, slack_days: int = 0) -> Offsets:
    """Space infusions a week apart."""
    check_count(count)
    return Offsets(offsets=tuple(range(0, 7 * count, 7)), slack_days=slack_days)


def is_weekday(day: date) -> bool:
    """Say whether a day lies between Monday and Friday."""
    return day.weekday() < SATURDAY


def check_count(count: int) -> None:
    """Raise BadValue unless a series has 1 to 60 infusions."""
    if not 1 <= count <= 60:
        raise BadValue("count", f"must lie between 1 and 60, not {count}")


def check_slack(slack_days: int) -> None:
    """Raise BadValue unless the slack lies between 0 and 14 days."""
    if not 0 <= slack_days <= 14:
        raise BadValue("slack_days", f"must lie between 0 and 14, not {slack_days}")
