"""Spacing rules."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.scheduling.spacing import Offsets, Weekdays, weekly

MONDAY = date(2026, 3, 2)
SIX = Offsets(offsets=(0, 3, 7, 10, 14, 17), slack_days=1)


def test_offsets_offer_the_planned_day_then_its_neighbours() -> None:
    found = SIX.days(index=1, anchor=(0, MONDAY), previous=MONDAY)
    assert [d.day for d in found] == [5, 6, 4]


def test_offsets_never_come_closer_than_planned_less_the_slack() -> None:
    late = date(2026, 3, 6)
    found = SIX.days(index=2, anchor=(0, MONDAY), previous=late)
    assert [d.day for d in found] == [9, 10]
    tight = Offsets(offsets=(0, 1, 2), slack_days=5)
    assert min(tight.days(index=1, anchor=(0, MONDAY), previous=MONDAY)) == date(2026, 3, 3)


def test_offsets_may_be_counted_from_another_infusion() -> None:
    moved = date(2026, 3, 12)
    exact = Offsets(offsets=(0, 3, 7))
    assert exact.days(index=2, anchor=(1, moved), previous=moved) == (date(2026, 3, 16),)


@pytest.mark.parametrize(
    ("day", "allowed"), [(3, False), (4, True), (5, True), (6, True), (7, False)]
)
def test_offsets_allow_the_planned_gap_and_the_slack(day: int, *, allowed: bool) -> None:
    assert SIX.allows(index=1, previous=MONDAY, day=date(2026, 3, day)) == allowed


def test_weekdays_go_from_friday_to_monday() -> None:
    friday = date(2026, 3, 6)
    daily = Weekdays(count=10, slack_days=1)
    found = daily.days(index=5, anchor=(0, MONDAY), previous=friday)
    assert [d.day for d in found] == [9, 10]
    assert daily.allows(index=5, previous=friday, day=date(2026, 3, 10))
    assert not daily.allows(index=5, previous=friday, day=date(2026, 3, 11))
    assert not daily.allows(index=5, previous=friday, day=date(2026, 3, 7))


def test_only_weekdays_begin_a_daily_series() -> None:
    saturday = date(2026, 3, 7)
    assert Weekdays(count=2).may_begin(day=MONDAY)
    assert not Weekdays(count=2).may_begin(day=saturday)
    assert SIX.may_begin(day=saturday)


def test_weekly() -> None:
    assert weekly(count=3, slack_days=2) == Offsets(offsets=(0, 7, 14), slack_days=2)
    assert (weekly(count=6).count, Weekdays(count=10).count) == (6, 10)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Offsets(offsets=()), "count"),
        (lambda: Offsets(offsets=tuple(range(61))), "count"),
        (lambda: Offsets(offsets=(1, 2)), "offsets"),
        (lambda: Offsets(offsets=(0, 3, 3)), "offsets"),
        (lambda: Offsets(offsets=(0,), slack_days=-1), "slack_days"),
        (lambda: Weekdays(count=0), "count"),
        (lambda: Weekdays(count=5, slack_days=15), "slack_days"),
        (lambda: weekly(count=0), "count"),
    ],
)
def test_impossible_spacing_is_refused(make: Callable[[], Any], field: str) -> None:
    with pytest.raises(BadValue) as error:
        make()
    assert error.value.field == field
