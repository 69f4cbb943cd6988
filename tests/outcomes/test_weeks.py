"""Weeks never overlap, begin the day after the last infusion, and count only when over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.outcomes.baseline import Baseline
from reprieve.outcomes.diary import DiaryEntry
from reprieve.outcomes.rules import Rules
from reprieve.outcomes.weeks import Course, weeks

LAST = date(2026, 3, 1)
Daily = Callable[..., tuple[DiaryEntry, ...]]


@pytest.mark.parametrize(
    ("at", "numbers"),
    [
        (LAST - timedelta(days=7), [-2]),
        (LAST - timedelta(days=6), [-2, -1]),
        (LAST, [-2, -1]),
        (LAST + timedelta(days=1), [-2, -1, 0]),
        (LAST + timedelta(days=7), [-2, -1, 0]),
        (LAST + timedelta(days=8), [-2, -1, 0, 1]),
        (LAST + timedelta(days=21), [-2, -1, 0, 1, 2]),
    ],
)
def test_a_week_counts_from_the_day_after_it_ended(
    at: date, numbers: list[int], series: Course, eight: Baseline, rules: Rules
) -> None:
    found = weeks(course=series, baseline=eight, diary=(), at=at, rules=rules)
    assert [w.number for w in found] == numbers


def test_weeks_touch_and_the_first_begins_after_the_first_infusion(
    series: Course, eight: Baseline, rules: Rules
) -> None:
    found = weeks(course=series, baseline=eight, diary=(), at=date(2026, 4, 1), rules=rules)
    assert found[0].first == date(2026, 2, 9)
    assert all(b.first == a.last + timedelta(days=1) for a, b in pairwise(found))
    assert found[3].first == date(2026, 3, 2)


def test_a_single_infusion_has_no_week_inside(
    single: Course, eight: Baseline, rules: Rules
) -> None:
    found = weeks(course=single, baseline=eight, diary=(), at=date(2026, 3, 16), rules=rules)
    assert [w.number for w in found] == [1, 2]


def test_the_next_infusion_ends_the_follow_up(
    single: Course, eight: Baseline, rules: Rules
) -> None:
    ended = replace(single, follow_up_ends=date(2026, 3, 9))
    found = weeks(course=ended, baseline=eight, diary=(), at=date(2026, 6, 1), rules=rules)
    assert [w.last for w in found] == [date(2026, 3, 8)]


def test_a_week_shows_what_was_answered(
    single: Course, eight: Baseline, daily: Daily, rules: Rules
) -> None:
    diary = daily([4, 4, None, 6, 6, None, None], first=date(2026, 3, 2), opioid=10)
    (week,) = weeks(course=single, baseline=eight, diary=diary, at=date(2026, 3, 9), rules=rules)
    assert (week.days, week.pain, week.relief_percent, week.rescue_opioid_mme) == (4, 5, 37.5, 10)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"started_at": datetime(2026, 3, 1)}, "started_at"),  # noqa: DTZ001
        ({"last_infusion": date(2026, 2, 1)}, "last_infusion"),
        ({"infusions": 0}, "infusions"),
        ({"follow_up_ends": date(2026, 2, 28)}, "follow_up_ends"),
    ],
)
def test_an_impossible_course_is_refused(
    single: Course, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadValue) as error:
        replace(single, **change)
    assert error.value.field == field
