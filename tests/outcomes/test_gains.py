"""Function in the diary and the own goal: before treatment, now, and how far they rose."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reprieve.outcomes.baseline import Baseline
from reprieve.outcomes.diary import DiaryEntry
from reprieve.outcomes.gains import Gain, function_gain, gain
from reprieve.outcomes.rules import Rules

FIRST = date(2026, 3, 1)


def days(values: list[int | None], *, first: date) -> list[DiaryEntry]:
    return [
        DiaryEntry(day=first + timedelta(days=n), function=value, mood=5)
        for n, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("before", "now", "points"),
    [(2, Decimal("6.5"), 4.5), (6, 5, -1.0), (None, 5, None), (5, None, None)],
)
def test_a_gain_is_a_rise(
    before: int | None, now: int | Decimal | None, points: float | None
) -> None:
    found = gain(before=before, now=now)
    assert found.points == points
    assert (found.before is None, found.now is None) == (before is None, now is None)


def test_function_before_and_in_the_last_week(eight: Baseline, rules: Rules) -> None:
    before = days([2, 2, None, 3, 3, 3, 2], first=eight.first)
    of_the_infusion = days([10], first=FIRST)
    after = days([5, 5, 6, 6], first=date(2026, 3, 5))
    found = function_gain(
        entries=[*before, *of_the_infusion, *after], baseline=eight, after=FIRST,
        through=date(2026, 3, 8), rules=rules,
    )  # fmt: skip
    assert found == Gain(before=2.5, now=5.5, points=3.0)


def test_too_few_days_make_no_mean(eight: Baseline, rules: Rules) -> None:
    found = function_gain(
        entries=[*days([2, 2, 2], first=eight.first), *days([9, 9, 9, 9], first=FIRST)],
        baseline=eight, after=FIRST, through=date(2026, 3, 4), rules=rules,
    )  # fmt: skip
    assert found == Gain(before=None, now=None, points=None)
