"""Means of diary days: missing days stay missing, and a value on a limit is exact."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.outcomes.diary import DiaryEntry, by_day, relief_percent, shown, week, window
from reprieve.outcomes.rules import Rules

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"average_pain": 11}, "average_pain"),
        ({"worst_pain": -1}, "worst_pain"),
        ({"function": Decimal("10.1")}, "function"),
        ({"mood": Decimal("NaN")}, "mood"),
        ({"rescue_opioid_mme": Decimal(-1)}, "rescue_opioid_mme"),
        ({"rescue_opioid_mme": Decimal("Infinity")}, "rescue_opioid_mme"),
        ({"at": datetime(2026, 3, 2, 8)}, "at"),  # noqa: DTZ001 - the fault under test
    ],
)
def test_an_impossible_entry_is_refused_by_name(values: dict[str, Any], field: str) -> None:
    with pytest.raises(BadValue) as error:
        DiaryEntry(day=DAY, **values)
    assert error.value.field == field


def test_the_ends_of_each_scale_are_possible() -> None:
    entry = DiaryEntry(
        day=DAY,
        at=datetime(2026, 3, 2, 8, tzinfo=UTC),
        average_pain=0,
        worst_pain=10,
        function=10,
        mood=0,
        rescue_opioid_mme=Decimal(900),
    )
    assert entry.worst_pain == 10


def test_two_answers_of_a_day_make_one_value_and_staff_scores_none() -> None:
    entries = [
        DiaryEntry(day=DAY, average_pain=4),
        DiaryEntry(day=DAY, average_pain=7),
        DiaryEntry(day=DAY, average_pain=0, kind="recovery"),
        DiaryEntry(day=date(2026, 3, 3), worst_pain=9),
    ]
    assert by_day(entries, "average_pain") == {DAY: Fraction(11, 2)}


@pytest.mark.parametrize(("days", "mean"), [(3, None), (4, Fraction(5)), (7, Fraction(5))])
def test_four_days_make_a_week(days: int, mean: Fraction | None, rules: Rules) -> None:
    daily = {date(2026, 3, 2 + n): Fraction(5) for n in range(days)}
    found = week(daily, first=DAY, rules=rules)
    assert (found.days, found.mean, found.last) == (days, mean, date(2026, 3, 8))


def test_days_outside_the_window_do_not_count() -> None:
    daily = {date(2026, 3, 1): Fraction(9), date(2026, 3, 4): Fraction(9), DAY: Fraction(1)}
    assert window(daily, first=DAY, length_days=2, min_days=1).mean == 1


@pytest.mark.parametrize(
    ("baseline", "now", "percent"),
    [
        (Fraction(7), Fraction(49, 10), Fraction(30)),  # 29.999... in floating point
        (Fraction(8), Fraction(10), Fraction(-25)),
        (None, Fraction(1), None),
        (Fraction(8), None, None),
        (Fraction(0), Fraction(3), None),
    ],
)
def test_relief_in_percent(
    baseline: Fraction | None, now: Fraction | None, percent: Fraction | None
) -> None:
    assert relief_percent(baseline=baseline, now=now) == percent


def test_pages_see_floats() -> None:
    assert shown(Fraction(1, 2)) == 0.5
    assert shown(None) is None
