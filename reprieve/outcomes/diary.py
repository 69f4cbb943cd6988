"""What a patient wrote on a day, and the means made from it. Missing days stay missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from reprieve.knowledge import BadValue
from reprieve.outcomes.rules import Rules

Field = Literal["average_pain", "worst_pain", "function", "mood", "rescue_opioid_mme"]
# The numbers that patients write, made once: fractions are slow to make.
_WHOLE: dict[int | Decimal, Fraction] = {n: Fraction(n) for n in range(11)}
_SCALES: tuple[Field, ...] = ("average_pain", "worst_pain", "function", "mood")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryEntry:
    """One entry: scales 0-10 (function and mood as the clinic's diary defines them).

    `day` is the clinic's calendar day the entry is about, `at` when it was written. An entry of
    kind `recovery` is a value taken by staff after an infusion: it may show onset and is never
    part of a daily mean. None is "not answered".
    """

    day: date
    at: datetime | None = None
    kind: Literal["diary", "recovery"] = "diary"
    average_pain: int | Decimal | None = None
    worst_pain: int | Decimal | None = None
    function: int | Decimal | None = None
    mood: int | Decimal | None = None
    rescue_opioid_mme: Decimal | None = None

    def __post_init__(self) -> None:
        for scale in _SCALES:
            check_number(scale, getattr(self, scale), highest=10)
        check_number("rescue_opioid_mme", self.rescue_opioid_mme)
        if self.at is not None and self.at.utcoffset() is None:
            raise BadValue("at", "needs a time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A run of calendar days, both ends included, and the exact mean of the days that answered.

    `mean` is None when fewer than the required days have an answer.
    """

    first: date
    last: date
    days: int
    mean: Fraction | None


def check_number(field: str, value: int | Decimal | None, *, highest: int | None = None) -> None:
    """Raise BadValue for a number that is not finite, below 0 or above `highest`."""
    if value is None:
        return
    # Nearly every number is a plain whole one: years of them are read for one page.
    if type(value) is int and value >= 0 and (highest is None or value <= highest):
        return
    if not Decimal(value).is_finite() or value < 0:
        raise BadValue(field, f"must be a number from 0 on, not {value}")
    if highest is not None and value > highest:
        raise BadValue(field, f"must lie between 0 and {highest}, not {value}")


def by_day(entries: Iterable[DiaryEntry], field: Field) -> dict[date, Fraction]:
    """Give each day its value: the mean where a day was answered more than once."""
    found: dict[date, list[int | Decimal]] = {}
    for entry in entries:
        value = getattr(entry, field)
        if entry.kind == "diary" and value is not None:
            found.setdefault(entry.day, []).append(value)
    # Years of days: nearly each has one whole answer, for which nothing is worked out.
    return {
        day: _WHOLE[values[0]] if len(values) == 1 and values[0] in _WHOLE else _mean(values)
        for day, values in found.items()
    }


def _mean(values: Sequence[int | Decimal]) -> Fraction:
    return sum((Fraction(value) for value in values), Fraction(0)) / len(values)


def window(
    daily: Mapping[date, Fraction], *, first: date, length_days: int, min_days: int
) -> Window:
    """Take the mean of `length_days` days from `first`, exact, or None with too few answers."""
    run = [first + timedelta(days=n) for n in range(length_days)]
    values = [daily[day] for day in run if day in daily]
    enough = len(values) >= min_days
    mean = sum(values, Fraction(0)) / len(values) if enough else None
    return Window(first=run[0], last=run[-1], days=len(values), mean=mean)


def week(daily: Mapping[date, Fraction], *, first: date, rules: Rules) -> Window:
    """Take one week's mean under the definition in force."""
    return window(daily, first=first, length_days=rules.window_days, min_days=rules.window_min_days)


def relief_percent(*, baseline: Fraction | None, now: Fraction | None) -> Fraction | None:
    """Give the fall from baseline in percent, exact; negative is worse, None when undefined."""
    if baseline is None or now is None or baseline == 0:
        return None
    return (baseline - now) / baseline * 100


def shown(value: Fraction | None) -> float | None:
    """Give an exact number as the float that pages and JSON carry."""
    return None if value is None else float(value)
