"""Function in the diary and the patient's own goal: numbers that rise when things get better."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from reprieve.outcomes.baseline import Baseline
from reprieve.outcomes.diary import DiaryEntry, by_day, shown, week
from reprieve.outcomes.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """A number from 0 to 10 before treatment and now. `points` are positive when it rose."""

    before: float | None
    now: float | None
    points: float | None


def gain(
    *, before: int | Decimal | Fraction | None, now: int | Decimal | Fraction | None
) -> Gain:
    """Compare two values; where one is missing nothing is compared."""
    exact = [None if value is None else Fraction(value) for value in (before, now)]
    rise = None if exact[0] is None or exact[1] is None else exact[1] - exact[0]
    return Gain(before=shown(exact[0]), now=shown(exact[1]), points=shown(rise))


def function_gain(
    *, entries: Iterable[DiaryEntry], baseline: Baseline, after: date, through: date, rules: Rules
) -> Gain:
    """Compare function in the diary: the days of the baseline, and the last week up to `through`.

    Days up to `after`, the first infusion, never enter the last week. A mean needs as many days
    with an answer as one of pain.
    """
    daily = by_day(entries, "function")
    later = {day: value for day, value in daily.items() if day > after}
    first = through - timedelta(days=rules.window_days - 1)
    return gain(
        before=week(daily, first=baseline.first, rules=rules).mean,
        now=week(later, first=first, rules=rules).mean,
    )
