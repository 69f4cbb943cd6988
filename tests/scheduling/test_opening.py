"""Opening hours, closures and absences."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from reprieve.knowledge import BadValue
from reprieve.scheduling.opening import (
    Absence,
    Hours,
    Opening,
    absences_of,
    closed_because,
    is_open_at,
    is_working_day,
    open_intervals,
)
from reprieve.scheduling.slots import Interval
from reprieve.scheduling.wall import resolve

Make = Callable[[str], Opening]
MONDAY = date(2026, 3, 2)
NY = "America/New_York"


def wanted(day: date, begins: time, ends: time, zone: str = NY) -> Interval:
    return Interval(
        start=resolve(day=day, wall=begins, zone=zone).at,
        end=resolve(day=day, wall=ends, zone=zone).at,
    )


@pytest.mark.parametrize(("zone", "hour"), [(NY, 13), ("Europe/Madrid", 7), ("Asia/Kolkata", 2)])
def test_hours_are_the_clinics(opening: Make, zone: str, hour: int) -> None:
    (hours,) = open_intervals(opening(zone), MONDAY)
    assert (hours.start.hour, hours.minutes) == (hour, 540.0)


def test_a_day_of_changing_clocks_is_open_as_long_as_it_is(opening: Make) -> None:
    night = Opening(zone=NY, weekly={6: (Hours(opens=time(0), closes=time(0)),)})
    assert open_intervals(night, date(2026, 3, 8))[0].minutes == 23 * 60
    assert open_intervals(night, date(2026, 11, 1))[0].minutes == 25 * 60


def test_hours_that_the_clock_jumps_over_are_lost() -> None:
    odd = Opening(zone=NY, weekly={6: (Hours(opens=time(2, 30), closes=time(3)),)})
    assert open_intervals(odd, date(2026, 3, 8)) == ()
    assert len(open_intervals(odd, date(2026, 3, 15))) == 1


def test_special_hours_replace_the_weeks_and_closures_both(opening: Make) -> None:
    split = (Hours(opens=time(14), closes=time(18)), Hours(opens=time(9), closes=time(12)))
    saturday = date(2026, 3, 7)
    shop = replace(
        opening(NY),
        special={saturday: split, MONDAY: ()},
        closures={date(2026, 3, 3): "holiday"},
    )
    first, second = open_intervals(shop, saturday)
    assert first.end < second.start
    assert not is_working_day(shop, MONDAY)
    assert not is_working_day(shop, date(2026, 3, 3))
    assert is_working_day(shop, date(2026, 3, 4))


@pytest.mark.parametrize(
    ("day", "begins", "ends", "says"),
    [
        (MONDAY, time(8), time(17), None),
        (MONDAY, time(7, 55), time(9), "Outside the opening hours"),
        (MONDAY, time(16), time(17, 5), "(08:00-17:00)"),
        (date(2026, 3, 7), time(9), time(10), "Not open on 2026-03-07"),
        (date(2026, 3, 3), time(9), time(10), "Closed on 2026-03-03: holiday"),
    ],
)
def test_why_it_is_closed(
    opening: Make, day: date, begins: time, ends: time, says: str | None
) -> None:
    shop = replace(opening(NY), closures={date(2026, 3, 3): "holiday"})
    found = closed_because(shop, wanted(day, begins, ends))
    assert (found is None) == (says is None)
    assert (says or "") in str(found)


def test_open_at_a_moment(opening: Make) -> None:
    assert is_open_at(opening(NY), datetime(2026, 3, 2, 13, tzinfo=UTC))
    assert not is_open_at(opening(NY), datetime(2026, 3, 2, 22, tzinfo=UTC))


def test_absences_are_a_persons(opening: Make) -> None:
    away = Absence(who="dr-a", during=wanted(MONDAY, time(10), time(12)), reason="course")
    shop = replace(opening(NY), absences=(away,))
    assert absences_of(shop, "dr-a", wanted(MONDAY, time(11), time(13))) == (away,)
    assert absences_of(shop, "dr-a", wanted(MONDAY, time(12), time(13))) == ()
    assert absences_of(shop, "dr-b", wanted(MONDAY, time(11), time(13))) == ()


def test_impossible_hours_are_refused() -> None:
    with pytest.raises(BadValue, match="closes"):
        Hours(opens=time(9), closes=time(9))
    with pytest.raises(BadValue, match="weekday"):
        Opening(zone=NY, weekly={7: ()})
    with pytest.raises(BadValue, match="timezone"):
        Opening(zone="Nowhere/Here", weekly={})
