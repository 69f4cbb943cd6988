"""How well forecasts of weekly pain did: what was said then beside what the diary said later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from reprieve.outcomes.diary import week
from reprieve.outcomes.rules import Rules

WEEK = timedelta(days=7)
# The week that is compared in one patient: it begins seven days after the forecast was made.
NEXT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Mean pain expected of one week, with the 80 % band of the reported mean."""

    first: date
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One forecast as it was made: weeks in a row from `made` on, without another infusion."""

    made: date
    weeks: tuple[Week, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One week of an earlier forecast, and what the diary then said."""

    made: date
    week: Week
    seen: float

    @property
    def inside(self) -> bool:
        """Whether what was seen lay in the band."""
        return self.week.low <= self.seen <= self.week.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How many weeks were compared, how many held, and the mean distance in points of pain."""

    compared: int
    inside: int
    off_by: float | None


def compare(
    said: Iterable[Said], *, daily: Mapping[date, Fraction], infusions: Sequence[date],
    until: date, ahead: int = NEXT, rules: Rules,
) -> tuple[Past, ...]:  # fmt: skip
    """Hold forecasts against the diary, `ahead` weeks on; oldest first, no day counted twice.

    A week counts when it is over by `until`, enough of its days were answered, and no infusion
    was given between the forecast and its end: that is what the forecast was about. Which weeks
    are taken never changes when later ones come.
    """
    found: list[Past] = []
    for one in sorted(said, key=lambda s: s.made):
        if ahead >= len(one.weeks):
            continue
        wanted = one.weeks[ahead]
        ends = wanted.first + WEEK
        if ends > until or (found and wanted.first < found[-1].week.first + WEEK):
            continue
        if any(one.made <= day < ends for day in infusions):
            continue
        seen = week(daily, first=wanted.first, rules=rules).mean
        if seen is not None:
            found.append(Past(made=one.made, week=wanted, seen=float(seen)))
    return tuple(found)


def record(past: Sequence[Past]) -> Record:
    """Count what held."""
    gaps = [abs(one.week.mean - one.seen) for one in past]
    return Record(
        compared=len(past), inside=sum(one.inside for one in past),
        off_by=sum(gaps) / len(gaps) if gaps else None,
    )  # fmt: skip
