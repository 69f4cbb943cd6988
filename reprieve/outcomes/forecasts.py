"""How well forecasts of weekly pain did: what was said then beside what the diary said later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from reprieve.outcomes.diary import week
from reprieve.outcomes.response import Response
from reprieve.outcomes.rules import Rules

WEEK = timedelta(days=7)
# The week that is compared in one patient: it begins seven days after the forecast was made.
NEXT = 1
NEVER = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Mean pain expected of one week, with the 80 % band of the reported mean."""

    first: date
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One forecast as it was made: weeks in a row from `made` on, without another infusion.

    `fits` says whether the model explained the diary that day, None where that was not kept.
    """

    made: date
    weeks: tuple[Week, ...]
    fits: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """When a forecast expects weekly pain above a level: the first day of that week.

    `made` is the day of the forecast. `earliest` is the first week whose band reaches above the
    level: of that week alone, a reported mean above it has a chance of 10 % or more. `latest` is
    the first week whose whole band lies above: 90 % or more, None where that lies beyond the weeks
    forecast. Each week is taken by itself, so they bound no share of the days on which the level
    is first passed: one of several weeks passes it sooner than any one of them.
    """

    made: date
    day: date
    earliest: date
    latest: date | None

    @property
    def text(self) -> str:
        """It in one line, to be kept beside what it led to (see `crossing_of`)."""
        days = (self.made, self.day, self.earliest, self.latest)
        return " ".join(one.isoformat() if one else NEVER for one in days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One week of an earlier forecast, and what the diary then said.

    `fits` is that of the forecast (see `Said`). One that said by itself that its model does not
    fit promised nothing: it is shown, and left out of what is counted.
    """

    made: date
    week: Week
    seen: float
    fits: bool | None = None

    @property
    def inside(self) -> bool:
        """Whether what was seen lay in the band."""
        return self.week.low <= self.seen <= self.week.high

    @property
    def counts(self) -> bool:
        """Whether the forecast stood by itself."""
        return self.fits is not False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How many weeks were compared, how many held, and the mean distance in points of pain.

    `left_out` are weeks beside these whose forecast said that the model did not fit.
    """

    compared: int
    inside: int
    off_by: float | None
    left_out: int = 0


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
            found.append(Past(made=one.made, week=wanted, seen=float(seen), fits=one.fits))
    return tuple(found)


def crossing(said: Said, *, above: float) -> Crossing | None:
    """Find the first week whose expected pain lies above a level, None where none does.

    A mean may lie outside its band: `day` is never before `earliest` nor after `latest`.
    """
    day = next((week.first for week in said.weeks if week.mean > above), None)
    if day is None:
        return None
    return Crossing(
        made=said.made, day=day,
        earliest=next((w.first for w in said.weeks if w.high > above and w.first < day), day),
        latest=next((w.first for w in said.weeks if w.low > above and w.first >= day), None),
    )  # fmt: skip


def crossing_of(text: str) -> Crossing | None:
    """Read what `Crossing.text` wrote, None where it is something else."""
    try:
        made, day, earliest, latest = text.split()
        return Crossing(
            made=date.fromisoformat(made), day=date.fromisoformat(day),
            earliest=date.fromisoformat(earliest),
            latest=None if latest == NEVER else date.fromisoformat(latest),
        )  # fmt: skip
    except ValueError:
        return None


def lost_above(response: Response, *, rules: Rules) -> float | None:
    """Give the weekly pain above which a week counts as lost (see `relapse.judge`).

    None without a baseline or a whole week.
    """
    base, best = response.baseline.exact_pain, response.best_week
    if base is None or best is None or best.exact_pain is None:
        return None
    limit = base * (100 - rules.relapse_relief_below_percent) / 100
    return float(max(limit, best.exact_pain + rules.relapse_rise_points))


def record(past: Sequence[Past]) -> Record:
    """Count what held, of the forecasts that stood by themselves."""
    counted = [one for one in past if one.counts]
    gaps = [abs(one.week.mean - one.seen) for one in counted]
    return Record(
        compared=len(counted), inside=sum(one.inside for one in counted),
        off_by=sum(gaps) / len(gaps) if gaps else None, left_out=len(past) - len(counted),
    )  # fmt: skip
