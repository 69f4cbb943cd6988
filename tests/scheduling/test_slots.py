"""Five-minute slots since 1970."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from reprieve.knowledge import BadValue
from reprieve.scheduling.slots import Interval, interval, runs, slot_at, slots

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def span(minutes: float, *, start: datetime = NINE) -> Interval:
    return Interval(start=start, end=start + timedelta(minutes=minutes))


def test_slots_count_from_1970() -> None:
    assert slot_at(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert slot_at(datetime(1970, 1, 1, 0, 4, 59, tzinfo=UTC)) == 0
    assert slot_at(datetime(1970, 1, 2, tzinfo=UTC)) == 288


def test_an_interval_touches_whole_slots() -> None:
    assert len(slots(span(40))) == 8
    assert len(slots(span(41))) == 9
    assert len(slots(span(1, start=NINE + timedelta(minutes=4, seconds=30)))) == 2


def test_neighbours_share_no_slot() -> None:
    first, second = span(40), span(40, start=NINE + timedelta(minutes=40))
    assert not set(slots(first)) & set(slots(second))
    assert not first.overlaps(second)
    assert first.overlaps(span(1))
    assert first.holds(span(40))
    assert not first.holds(second)
    assert not second.holds(span(60, start=NINE + timedelta(minutes=30)))


def test_the_same_moment_in_another_zone_is_the_same_interval() -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    assert span(5) == Interval(
        start=NINE.astimezone(kolkata), end=NINE.astimezone(kolkata) + timedelta(minutes=5)
    )


def test_an_interval_of_the_long_night_has_an_hour_more() -> None:
    home = ZoneInfo("America/New_York")
    night = Interval(
        start=datetime(2026, 10, 31, 22, tzinfo=home), end=datetime(2026, 11, 1, 6, tzinfo=home)
    )
    assert (night.minutes, len(slots(night))) == (540.0, 108)


def test_an_interval_needs_an_end_after_its_start() -> None:
    with pytest.raises(BadValue, match="end"):
        Interval(start=NINE, end=NINE)


def test_runs_join_what_touches() -> None:
    assert runs([7, 3, 2, 2, 8, 1]) == (range(1, 4), range(7, 9))
    assert runs([]) == ()


@pytest.mark.parametrize("numbers", [range(0), range(0, 4, 2)])
def test_no_interval_without_a_run(numbers: range) -> None:
    with pytest.raises(BadValue, match="slots"):
        interval(numbers)
