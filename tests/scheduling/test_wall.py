"""Wall-clock times and daylight saving, both ways, and zones without it."""

from datetime import UTC, date, datetime, time

import pytest

from reprieve.knowledge import BadValue
from reprieve.scheduling.wall import local, resolve, same_wall_time, utc, zone_of


@pytest.mark.parametrize(
    ("zone", "day", "wall", "moment"),
    [
        ("America/New_York", date(2026, 3, 7), time(9), datetime(2026, 3, 7, 14, tzinfo=UTC)),
        ("America/New_York", date(2026, 3, 9), time(9), datetime(2026, 3, 9, 13, tzinfo=UTC)),
        ("Europe/Madrid", date(2026, 3, 28), time(9), datetime(2026, 3, 28, 8, tzinfo=UTC)),
        ("Europe/Madrid", date(2026, 3, 30), time(9), datetime(2026, 3, 30, 7, tzinfo=UTC)),
        ("Asia/Kolkata", date(2026, 3, 30), time(9), datetime(2026, 3, 30, 3, 30, tzinfo=UTC)),
    ],
)
def test_plain_times(zone: str, day: date, wall: time, moment: datetime) -> None:
    found = resolve(day=day, wall=wall, zone=zone)
    assert (found.at, found.kind, found.note) == (moment, "plain", None)
    assert found.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "day", "wall", "moved"),
    [
        ("America/New_York", date(2026, 3, 8), time(2, 30), time(3, 30)),
        ("Europe/Madrid", date(2026, 3, 29), time(2), time(3)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), time(2, 45)),
    ],
)
def test_a_time_the_clock_jumps_over_is_moved_and_named(
    zone: str, day: date, wall: time, moved: time
) -> None:
    found = resolve(day=day, wall=wall, zone=zone)
    assert (found.kind, local(found.at, zone).time()) == ("nonexistent", moved)
    assert "does not exist" in str(found.note)
    assert resolve(day=day, wall=wall, zone=zone, fold=1).kind == "nonexistent"


@pytest.mark.parametrize(
    ("zone", "day", "wall", "first", "second"),
    [
        ("America/New_York", date(2026, 11, 1), time(1, 30), 5, 6),
        ("Europe/Madrid", date(2026, 10, 25), time(2, 30), 0, 1),
    ],
)
def test_a_time_that_comes_twice_is_named_and_may_be_chosen(
    zone: str, day: date, wall: time, first: int, second: int
) -> None:
    one = resolve(day=day, wall=wall, zone=zone)
    other = resolve(day=day, wall=wall, zone=zone, fold=1)
    assert (one.at.hour, other.at.hour) == (first, second)
    assert (one.kind, other.kind) == ("ambiguous", "ambiguous")
    assert "comes twice" in str(one.note)
    assert str(one.note) != str(other.note)


def test_a_day_later_is_the_same_time_on_the_clock() -> None:
    saturday = datetime(2026, 3, 7, 14, tzinfo=UTC)
    sunday = same_wall_time(saturday, days=1, zone="America/New_York")
    assert (sunday - saturday).total_seconds() == 23 * 3600


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(BadValue, match="needs a time zone"):
        utc(datetime(2026, 3, 7, 14))  # noqa: DTZ001 - the fault under test


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../etc/passwd", "America", "a\x00b"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(BadValue, match="timezone"):
        zone_of(name)
