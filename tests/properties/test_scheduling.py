"""Properties of slots, series and reminders, over zones with and without daylight saving."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.scheduling.blocks import Visit
from reprieve.scheduling.boosters import Given, ladder, next_due
from reprieve.scheduling.conflicts import Book, Staffing, conflicts
from reprieve.scheduling.moves import move_rest, with_places
from reprieve.scheduling.opening import Hours, Opening, open_intervals
from reprieve.scheduling.reminders import appointment_reminders, diary_prompts, routine
from reprieve.scheduling.series import Proposal, Wish, propose
from reprieve.scheduling.slots import Interval, interval, runs, slots
from reprieve.scheduling.spacing import Offsets, Weekdays
from reprieve.scheduling.wall import local, resolve

ZONES = st.sampled_from(
    ["America/New_York", "Europe/Madrid", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
)
# Both changes of the clock of each zone lie within these days.
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
MOMENTS = st.integers(0, 3 * 365 * 24 * 3600).map(
    lambda s: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=s)
)
GAPS = st.lists(st.integers(1, 10), max_size=6)
SPACINGS = st.one_of(
    st.builds(
        lambda gaps, slack: Offsets(
            offsets=tuple(sum(gaps[:n]) for n in range(len(gaps) + 1)), slack_days=slack
        ),
        GAPS,
        st.integers(0, 2),
    ),
    st.builds(Weekdays, count=st.integers(1, 7), slack_days=st.integers(0, 2)),
)
VISITS = st.builds(
    Visit,
    prep_min=st.integers(0, 30),
    infusion_min=st.integers(5, 180),
    recovery_min=st.integers(0, 60),
    buffer_min=st.integers(0, 20),
    clinician_min=st.integers(0, 30),
)
BUSY = st.lists(
    st.tuples(st.sampled_from(["A", "B", "dr"]), st.integers(0, 40), st.integers(6, 16)),
    max_size=25,
)


@st.composite
def books(draw: st.DrawFn, first: date, zone: str) -> Book:
    """A clinic with two chairs, a doctor, random bookings by the hour and random closures."""
    taken: dict[str, set[int]] = {"A": set(), "B": set(), "dr": set()}
    for who, offset, hour in draw(BUSY):
        start = resolve(day=first + timedelta(days=offset), wall=time(hour), zone=zone).at
        taken[who] |= set(slots(Interval(start=start, end=start + timedelta(hours=1))))
    closed = draw(st.sets(st.integers(0, 40), max_size=4))
    week = dict.fromkeys(range(6), (Hours(opens=time(7), closes=time(17)),))
    return Book(
        opening=Opening(
            zone=zone,
            weekly=week,
            closures={first + timedelta(days=n): "closed" for n in closed},
        ),
        chairs=("A", "B"),
        staffing=Staffing(chairs_per_nurse=2, nurses=1),
        taken=taken,
        nursed={n: sum(n in taken[chair] for chair in "AB") for n in taken["A"] | taken["B"]},
    )


@st.composite
def wishes(draw: st.DrawFn) -> tuple[Wish, Book]:
    """A wish and a book of the same weeks."""
    first, zone = draw(DAYS), draw(ZONES)
    wish = Wish(
        visit=draw(VISITS),
        spacing=draw(SPACINGS),
        first_day=first,
        preferred=time(draw(st.integers(7, 16)), draw(st.integers(0, 59))),
        start_within_days=draw(st.integers(0, 3)),
        step_min=30,
        clinician=draw(st.sampled_from([None, "dr"])),
    )
    return wish, draw(books(first, zone))


def apart(places: tuple[Proposal, ...]) -> bool:
    pairs = combinations(places, 2)
    return all(not a.block.chair.overlaps(b.block.chair) for a, b in pairs)


def free(places: tuple[Proposal, ...], book: Book) -> bool:
    return all(
        not conflicts(book=book, wanted=p.block, chair=p.chair, clinician=p.clinician)
        for p in places
    )


@settings(deadline=None)
@given(start=MOMENTS, minutes=st.integers(1, 2000))
def test_slots_round_trip_outward(start: datetime, minutes: int) -> None:
    wanted = Interval(start=start, end=start + timedelta(minutes=minutes))
    numbers = slots(wanted)
    whole = interval(numbers)
    assert whole.holds(wanted)
    assert whole.minutes - wanted.minutes < 10
    assert slots(whole) == numbers
    assert runs(reversed(numbers)) == (numbers,)


@settings(deadline=None)
@given(one=MOMENTS, other=MOMENTS, minutes=st.integers(1, 300))
def test_intervals_that_overlap_share_a_slot(one: datetime, other: datetime, minutes: int) -> None:
    length = timedelta(minutes=minutes)
    a, b = Interval(start=one, end=one + length), Interval(start=other, end=other + length)
    if a.overlaps(b):
        assert set(slots(a)) & set(slots(b))


@settings(deadline=None)
@given(day=DAYS, wall=st.times(), zone=ZONES, fold=st.sampled_from([0, 1]))
def test_a_wall_time_is_shown_by_the_clock_unless_it_does_not_exist(
    day: date, wall: time, zone: str, fold: int
) -> None:
    found = resolve(day=day, wall=wall, zone=zone, fold=fold)
    shown = local(found.at, zone)
    same = (shown.date(), shown.time()) == (day, wall)
    assert same == (found.kind != "nonexistent")
    assert (found.note is None) == (found.kind == "plain")


@settings(deadline=None, max_examples=60)
@given(wanted=wishes())
def test_a_series_is_free_in_order_and_spaced_or_says_what_is_in_the_way(
    wanted: tuple[Wish, Book],
) -> None:
    wish, book = wanted
    found = propose(wish=wish, book=book)
    if not found.proposals:
        assert found.because is not None
        return
    places = found.proposals
    assert [p.number for p in places] == list(range(1, wish.spacing.count + 1))
    assert apart(places)
    assert free(places, book)
    assert free(places[:1], with_places(book, places[1:]))
    days = [p.day for p in places]
    first = places[0].day
    assert wish.first_day <= first <= wish.first_day + timedelta(days=wish.start_within_days)
    for n, (a, b) in enumerate(pairwise(days), start=1):
        assert a < b
        assert b in wish.spacing.days(index=n, anchor=(0, first), previous=a)
    if isinstance(wish.spacing, Weekdays):
        assert all(day.weekday() < 5 for day in days)
    zone = book.opening.zone
    for p in places:
        assert local(p.start, zone).date() == p.day
        assert any(i.holds(p.block.nursed) for i in open_intervals(book.opening, p.day))


@settings(deadline=None, max_examples=40)
@given(wanted=wishes(), number=st.integers(1, 7), later=st.integers(0, 10), hour=st.integers(7, 16))
def test_a_move_keeps_the_series_whole(
    wanted: tuple[Wish, Book], number: int, later: int, hour: int
) -> None:
    wish, book = wanted
    booked = propose(wish=wish, book=book).proposals
    if number > len(booked):
        return
    day = booked[number - 1].day + timedelta(days=later)
    to = resolve(day=day, wall=time(hour), zone=book.opening.zone).at
    full = with_places(book, booked)
    found = move_rest(booked=booked, number=number, to=to, chair="A", wish=wish, book=full)
    after = tuple(sorted((*found.kept, *found.changed), key=lambda p: p.number))
    assert [p.number for p in after] == [p.number for p in booked]
    assert apart(after)
    assert free(after, book)
    assert after[: number - 1] == booked[: number - 1]
    if not found.changed:
        assert after == booked
        assert found.in_the_way
        return
    assert after[number - 1].start == to
    for n, (a, b) in enumerate(pairwise(after), start=1):
        assert a.day < b.day
        if n > number and isinstance(wish.spacing, Weekdays):
            assert wish.spacing.allows(index=n, previous=a.day, day=b.day)


@settings(deadline=None)
@given(start=MOMENTS, zone=ZONES, booked=st.integers(0, 20 * 24))
def test_reminders_come_before_and_never_in_quiet_hours(
    start: datetime, zone: str, booked: int
) -> None:
    shipped = routine()
    found = appointment_reminders(
        start=start, booked_at=start - timedelta(hours=booked), zone=zone, routine=shipped
    )
    for reminder in found:
        assert start - timedelta(hours=booked) < reminder.due_at < reminder.expires_at <= start
        assert not shipped.quiet.is_quiet(local(reminder.due_at, zone).time())
    assert all(a.expires_at <= b.due_at for a, b in pairwise(found))


@settings(deadline=None, max_examples=30)
@given(start=MOMENTS, zone=ZONES, gaps=st.lists(st.integers(1, 14), max_size=5))
def test_prompts_have_one_key_each_and_keep_quiet(
    start: datetime, zone: str, gaps: list[int]
) -> None:
    shipped = replace(routine(), diary=replace(routine().diary, stop_after_days=60))
    starts = [start + timedelta(days=sum(gaps[:n])) for n in range(len(gaps) + 1)]
    infusions = [(s, s + timedelta(hours=2)) for s in starts]
    found = diary_prompts(infusions=infusions, zone=zone, routine=shipped)
    assert len({r.key for r in found}) == len(found)
    assert all(not shipped.quiet.is_quiet(local(r.due_at, zone).time()) for r in found)
    assert {local(s, zone).date() for s in starts} <= {r.about for r in found}


HELD = st.sampled_from(["yes", "no", "unknown"])


@settings(deadline=None)
@given(
    blocks=st.lists(st.tuples(st.integers(1, 100), HELD), max_size=15),
    holds=HELD,
    waited=st.integers(0, 200),
)
def test_a_booster_is_never_under_the_shortest_gap_and_early_only_when_relief_fades(
    blocks: list[tuple[int, str]], holds: str, waited: int
) -> None:
    climbing, end = ladder("crps-practice"), date(2026, 1, 1)
    days = [sum(gap for gap, _ in blocks[: n + 1]) for n in range(len(blocks))]
    history = [
        Given(day=end + timedelta(days=d), held=held)  # type: ignore[arg-type]
        for d, (_, held) in zip(days, blocks, strict=True)
    ]
    last = history[-1].day if history else end
    at = last + timedelta(days=waited)
    due = next_due(ladder=climbing, series_ended=end, given=history, holds=holds, at=at)  # type: ignore[arg-type]
    assert due.window_from <= due.day <= due.window_until
    assert (due.window_from - last).days >= climbing.min_gap_days
    assert due.early == (holds == "no")
    known = [held for _, held in blocks if held == "yes"]
    assert due.step <= 1 + len(known) // 2
