"""A whole series at once: same time of day where possible, or what is in the way."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.scheduling.blocks import Visit
from reprieve.scheduling.conflicts import Book, Staffing
from reprieve.scheduling.opening import Absence, Hours, Opening
from reprieve.scheduling.series import Series, Wish, propose
from reprieve.scheduling.slots import Interval, slots
from reprieve.scheduling.spacing import Offsets, Weekdays, weekly
from reprieve.scheduling.wall import local, resolve

MONDAY = date(2026, 3, 2)
NY = "America/New_York"
SIX = Offsets(offsets=(0, 3, 7, 10, 14, 17), slack_days=1)


@pytest.fixture
def wish(visit: Visit) -> Wish:
    return Wish(visit=visit, spacing=SIX, first_day=MONDAY, preferred=time(9))


def between(day: date, begins: time, ends: time) -> Interval:
    return Interval(
        start=resolve(day=day, wall=begins, zone=NY).at, end=resolve(day=day, wall=ends, zone=NY).at
    )


def clock(series: Series, zone: str = NY) -> list[str]:
    return [f"{local(p.start, zone):%m-%d %H:%M} {p.chair}" for p in series.proposals]


def test_an_empty_book_gives_the_wish_over_the_change_of_clocks(book: Book, wish: Wish) -> None:
    found = propose(wish=wish, book=book)
    assert clock(found) == [
        "03-02 09:00 A",
        "03-05 09:00 A",
        "03-09 09:00 A",
        "03-12 09:00 A",
        "03-16 09:00 A",
        "03-19 09:00 A",
    ]
    assert [p.number for p in found.proposals] == [1, 2, 3, 4, 5, 6]
    assert {p.start.hour for p in found.proposals} == {13, 14}
    assert {p.off_by_min for p in found.proposals} == {0}


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [
        ("America/New_York", date(2026, 10, 26), {13, 14}),
        ("Europe/Madrid", date(2026, 3, 23), {7, 8}),
        ("Europe/Madrid", date(2026, 10, 19), {7, 8}),
        ("Asia/Kolkata", date(2026, 3, 23), {3}),
    ],
)
def test_the_time_of_day_is_the_clinics(
    book: Book, wish: Wish, zone: str, first: date, hours: set[int]
) -> None:
    there = replace(book, opening=replace(book.opening, zone=zone))
    found = propose(wish=replace(wish, first_day=first), book=there)
    assert {local(p.start, zone).time() for p in found.proposals} == {time(9)}
    assert {p.start.hour for p in found.proposals} == hours


def test_ten_weekdays_go_around_weekend_and_holiday(book: Book, wish: Wish) -> None:
    shop = replace(book, opening=replace(book.opening, closures={date(2026, 3, 4): "holiday"}))
    daily = replace(wish, spacing=Weekdays(count=10, slack_days=1))
    found = propose(wish=daily, book=shop)
    assert [p.day.day for p in found.proposals] == [2, 3, 5, 6, 9, 10, 11, 12, 13, 16]


def test_one_time_for_all_is_better_than_the_wish_on_most_days(book: Book, wish: Wish) -> None:
    taken = set(slots(between(date(2026, 3, 9), time(8), time(10, 30))))
    full = replace(book, chairs=("A",), taken={"A": taken})
    exact = replace(wish, spacing=replace(SIX, slack_days=0))
    found = propose(wish=exact, book=full)
    assert {local(p.start, NY).time() for p in found.proposals} == {time(10, 30)}
    near = propose(wish=replace(exact, same_time_within_min=60), book=full)
    times = [local(p.start, NY).time() for p in near.proposals]
    assert times == [time(9), time(9), time(10, 30), time(9), time(9), time(9)]
    assert near.proposals[2].off_by_min == 90


def test_another_chair_is_taken_before_another_time(book: Book, wish: Wish) -> None:
    taken = set(slots(between(date(2026, 3, 5), time(8), time(17))))
    found = propose(wish=wish, book=replace(book, taken={"A": taken}))
    assert clock(found)[1] == "03-05 09:00 B"
    only = propose(wish=replace(wish, chairs=("A",)), book=replace(book, taken={"A": taken}))
    assert clock(only)[1] == "03-06 09:00 A"


def test_nurses_and_clinician_move_a_visit(book: Book, wish: Wish) -> None:
    busy = slots(between(MONDAY, time(8), time(12)))
    full = replace(book, nursed=Counter(dict.fromkeys(busy, 2)))
    exact = replace(wish, spacing=Offsets(offsets=(0,)))
    assert clock(propose(wish=exact, book=full)) == ["03-02 12:00 A"]
    doctor = replace(book, taken={"dr": set(busy)})
    assert clock(propose(wish=replace(exact, clinician="dr"), book=doctor)) == ["03-02 12:00 A"]


def test_a_late_first_day_where_the_early_ones_are_full(book: Book, wish: Wish) -> None:
    shop = replace(book, opening=replace(book.opening, closures={MONDAY: "inventory"}))
    waits = replace(wish, spacing=weekly(count=3), start_within_days=7)
    assert [p.day.day for p in propose(wish=waits, book=shop).proposals] == [3, 10, 17]


def test_what_is_in_the_way_is_named_for_each_day(book: Book, wish: Wish) -> None:
    away = Absence(who="dr", during=between(date(2026, 3, 13), time(0), time(23)))
    shop = replace(
        book,
        opening=replace(book.opening, closures={date(2026, 3, 12): "holiday"}, absences=(away,)),
        staffing=Staffing(chairs_per_nurse=2, nurses=1),
        taken={chair: set(slots(between(date(2026, 3, 11), time(8), time(17)))) for chair in "ABC"},
    )
    found = propose(wish=replace(wish, clinician="dr"), book=shop)
    assert found.proposals == ()
    assert str(found.because) == "No place for infusion 4 within its spacing."
    named = {
        (o.number, o.day.day): [(c.kind, c.resource) for c in o.conflicts] for o in found.in_the_way
    }
    assert named == {
        (4, 12): [("closed", "")],
        (4, 13): [("absent", "dr")],
        (4, 11): [("chair", "A"), ("chair", "B"), ("chair", "C")],
    }


def test_a_daily_series_cannot_begin_on_a_weekend(book: Book, wish: Wish) -> None:
    saturday = date(2026, 3, 7)
    daily = replace(wish, spacing=Weekdays(count=2), first_day=saturday)
    found = propose(wish=daily, book=book)
    assert (found.proposals, found.in_the_way) == ((), ())
    assert "may not begin" in str(found.because)
    later = propose(wish=replace(daily, start_within_days=2), book=book)
    assert [p.day.day for p in later.proposals] == [9, 10]


def test_an_earlier_choice_is_taken_back_where_it_blocks_a_later_one(
    book: Book, wish: Wish
) -> None:
    """Infusion 2 on its planned day would leave none of the days of infusion 3."""
    closed = dict.fromkeys((date(2026, 3, d) for d in (4, 6)), "closed")
    shop = replace(book, opening=replace(book.opening, closures=closed))
    tight = replace(wish, spacing=Offsets(offsets=(0, 2, 3), slack_days=1))
    assert [p.day.day for p in propose(wish=tight, book=shop).proposals] == [2, 3, 5]


def test_nothing_is_proposed_in_the_past(book: Book, wish: Wish) -> None:
    noon = datetime(2026, 3, 2, 17, 10, tzinfo=UTC)
    one = replace(wish, spacing=Offsets(offsets=(0,)), not_before=noon)
    assert clock(propose(wish=one, book=book)) == ["03-02 12:15 A"]


def test_a_wished_time_off_the_grid_is_used(book: Book, wish: Wish) -> None:
    one = replace(wish, spacing=Offsets(offsets=(0,)), preferred=time(9, 10))
    assert clock(propose(wish=one, book=book)) == ["03-02 09:10 A"]


def test_cleaning_after_midnight_keeps_the_next_infusion_clear() -> None:
    """A clinic open around the clock, where cleaning runs into the next day."""
    always = dict.fromkeys(range(7), (Hours(opens=time(0), closes=time(0)),))
    book = Book(
        opening=Opening(zone=NY, weekly=always),
        chairs=("A",),
        staffing=Staffing(chairs_per_nurse=1, nurses=1),
    )
    long = Visit(prep_min=0, infusion_min=1440, recovery_min=0, buffer_min=60)
    wish = Wish(
        visit=long, spacing=Weekdays(count=2), first_day=date(2026, 3, 3), preferred=time(0)
    )
    found = propose(wish=wish, book=book)
    assert found.proposals == ()
    assert str(found.because) == "No place for infusion 2 within its spacing."


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"step_min": 0}, "step_min"),
        ({"step_min": 12}, "step_min"),
        ({"start_within_days": -1}, "start_within_days"),
        ({"not_before": datetime(2026, 3, 2)}, "not_before"),  # noqa: DTZ001
    ],
)
def test_an_impossible_wish_is_refused(wish: Wish, values: dict[str, Any], field: str) -> None:
    with pytest.raises(BadValue) as error:
        replace(wish, **values)
    assert error.value.field == field
