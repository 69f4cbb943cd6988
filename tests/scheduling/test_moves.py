"""One infusion is moved: the rest follows only as far as spacing asks."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from reprieve.knowledge import BadValue
from reprieve.scheduling.blocks import Visit
from reprieve.scheduling.conflicts import Book
from reprieve.scheduling.moves import Moved, move_rest, with_places, without
from reprieve.scheduling.opening import Absence
from reprieve.scheduling.series import Proposal, Wish, propose
from reprieve.scheduling.slots import Interval, slots
from reprieve.scheduling.spacing import Weekdays, weekly
from reprieve.scheduling.wall import local, resolve

MONDAY = date(2026, 3, 2)
NY = "America/New_York"


def at(day: int, hour: int = 9, month: int = 3) -> datetime:
    return resolve(day=date(2026, month, day), wall=time(hour), zone=NY).at


def days(places: tuple[Proposal, ...]) -> dict[int, int]:
    return {p.number: p.day.day for p in places}


@pytest.fixture
def wish(visit: Visit) -> Wish:
    return Wish(
        visit=visit,
        spacing=weekly(count=4, slack_days=1),
        first_day=MONDAY,
        preferred=time(9),
        clinician="dr",
    )


def moved(wish: Wish, book: Book, number: int, to: datetime, chair: str = "A") -> Moved:
    booked = propose(wish=wish, book=book).proposals
    full = with_places(book, booked)
    return move_rest(booked=booked, number=number, to=to, chair=chair, wish=wish, book=full)


def test_a_day_later_keeps_the_rest_within_the_slack(wish: Wish, book: Book) -> None:
    found = moved(wish, book, 2, at(10, 11), "B")
    assert days(found.changed) == {2: 10}
    assert days(found.kept) == {1: 2, 3: 16, 4: 23}
    assert (found.changed[0].chair, found.because, found.in_the_way) == ("B", None, ())


def test_a_week_later_moves_the_rest_at_their_old_time(wish: Wish, book: Book) -> None:
    found = moved(wish, book, 2, at(16, 14))
    assert days(found.changed) == {2: 16, 3: 23, 4: 30}
    assert days(found.kept) == {1: 2}
    assert [local(p.start, NY).hour for p in found.changed] == [14, 9, 9]
    assert str(found.because) == "Infusion 2 is 14 days after the one before: not as planned."


def test_the_first_may_move_too(wish: Wish, book: Book) -> None:
    found = moved(wish, book, 1, at(9))
    assert days(found.changed) == {1: 9, 2: 16, 3: 23, 4: 30}
    assert (found.kept, found.because) == ((), None)


def test_the_last_moves_alone(wish: Wish, book: Book) -> None:
    found = moved(wish, book, 4, at(24))
    assert (days(found.changed), days(found.kept)) == ({4: 24}, {1: 2, 2: 9, 3: 16})


def test_a_daily_series_shifts_by_a_day(wish: Wish, book: Book) -> None:
    daily = replace(wish, spacing=Weekdays(count=5))
    found = moved(daily, book, 3, at(5))
    assert days(found.changed) == {3: 5, 4: 6, 5: 9}


def test_the_same_day_at_another_time_leaves_its_own_place_free(wish: Wish, book: Book) -> None:
    found = moved(wish, book, 2, at(9, 10))
    assert (days(found.changed), len(found.kept)) == ({2: 9}, 3)


def test_a_place_that_is_lost_is_placed_anew(wish: Wish, book: Book) -> None:
    booked = propose(wish=wish, book=book).proposals
    away = Absence(who="dr", during=Interval(start=at(16, 0), end=at(17, 0)))
    full = with_places(book, booked)
    shop = replace(full, opening=replace(full.opening, absences=(away,)))
    found = move_rest(booked=booked, number=2, to=at(10), chair="A", wish=wish, book=shop)
    assert days(found.changed) == {2: 10, 3: 17, 4: 24}


def test_a_taken_place_is_named_and_changes_nothing(wish: Wish, book: Book) -> None:
    booked = propose(wish=wish, book=book).proposals
    other = replace(book, taken={"A": set(slots(booked[0].block.chair))})
    later = replace(wish, first_day=date(2026, 3, 3))
    mine = propose(wish=later, book=other).proposals
    full = with_places(other, mine)
    found = move_rest(booked=mine, number=1, to=at(2), chair="A", wish=later, book=full)
    assert (found.kept, found.changed) == (mine, ())
    assert [(o.number, o.conflicts[0].kind) for o in found.in_the_way] == [(1, "chair")]


def test_a_rest_without_a_place_changes_nothing(wish: Wish, book: Book) -> None:
    closures = {date(2026, 3, d): "works" for d in (22, 23, 24, 29, 30, 31)}
    shop = replace(book, opening=replace(book.opening, closures=closures))
    short = replace(wish, spacing=weekly(count=3, slack_days=1))
    found = moved(short, shop, 2, at(16))
    assert found.changed == ()
    assert days(found.kept) == {1: 2, 2: 9, 3: 16}
    assert {o.number for o in found.in_the_way} == {3}
    assert str(found.because) == "No place for infusion 3 within its spacing."


def test_a_move_before_the_one_before_is_refused(wish: Wish, book: Book) -> None:
    with pytest.raises(BadValue, match="to: 2026-03-02 is not after infusion 1"):
        moved(wish, book, 2, at(2, 14))


@pytest.mark.parametrize("number", [0, 5])
def test_an_unknown_infusion_is_refused(wish: Wish, book: Book, number: int) -> None:
    with pytest.raises(BadValue, match="number"):
        moved(wish, book, number, at(9))


def test_a_series_of_another_length_is_refused(wish: Wish, book: Book) -> None:
    with pytest.raises(BadValue, match="booked: has 0 infusions, not 4"):
        move_rest(booked=(), number=1, to=at(9), chair="A", wish=wish, book=book)


def test_a_book_gives_back_what_it_was_given(wish: Wish, book: Book) -> None:
    places = propose(wish=wish, book=book).proposals
    full = with_places(book, places)
    assert {who for who, numbers in full.taken.items() if numbers} == {"A", "dr"}
    assert sum(full.nursed.values()) == 4 * 26
    empty = without(full, places)
    assert not any(empty.taken.values())
    assert not any(empty.nursed.values())
    undoctored = propose(wish=replace(wish, clinician=None), book=book).proposals
    assert set(with_places(book, undoctored).taken) == {"A"}
    assert set(without(book, undoctored).taken) == set()


@pytest.fixture
def shut(wish: Wish, book: Book) -> tuple[tuple[Proposal, ...], Book]:
    """A booked series whose third infusion is on a day that was closed since."""
    booked = propose(wish=wish, book=book).proposals
    full = with_places(book, booked)
    closures = {date(2026, 3, 16): "works"}
    return booked, replace(full, opening=replace(full.opening, closures=closures))


def test_who_was_agreed_to_stay_on_a_closed_day_stays(
    wish: Wish, shut: tuple[tuple[Proposal, ...], Book]
) -> None:
    booked, shop = shut
    place = {"booked": booked, "number": 2, "to": at(10), "chair": "A", "wish": wish}
    lost = move_rest(**place, book=shop)  # type: ignore[arg-type]
    assert days(lost.changed) == {2: 10, 3: 17, 4: 24}
    found = move_rest(**place, book=shop, agreed={3})  # type: ignore[arg-type]
    assert days(found.changed) == {2: 10}
    assert days(found.kept) == {1: 2, 3: 16, 4: 23}


def test_it_stays_where_another_has_to_go(
    wish: Wish, shut: tuple[tuple[Proposal, ...], Book]
) -> None:
    booked, shop = shut
    both = {date(2026, 3, 9): "works", date(2026, 3, 16): "works"}
    shop = replace(shop, opening=replace(shop.opening, closures=both))
    found = move_rest(
        booked=booked, number=1, to=at(3), chair="A", wish=wish, book=shop, agreed={3}
    )
    assert days(found.changed) == {1: 3, 2: 10, 4: 24}
    assert found.kept == (booked[2],)


def test_what_would_have_to_move_it_is_refused(
    wish: Wish, shut: tuple[tuple[Proposal, ...], Book]
) -> None:
    booked, shop = shut
    found = move_rest(
        booked=booked, number=2, to=at(18), chair="A", wish=wish, book=shop, agreed={3}
    )
    assert (found.kept, found.changed) == (booked, ())
    assert str(found.because).startswith("Infusion 3 was agreed to stay where it is")
