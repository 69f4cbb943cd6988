"""Places for a whole series at once, or what is in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import chain

from reprieve.knowledge import N_, BadValue, Message
from reprieve.scheduling.blocks import Block, Visit, block
from reprieve.scheduling.conflicts import Book, Conflict, conflicts_of_chair, conflicts_of_time
from reprieve.scheduling.opening import open_intervals
from reprieve.scheduling.slots import SLOT_MIN
from reprieve.scheduling.spacing import Spacing
from reprieve.scheduling.wall import local, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be booked: the visit, the spacing, from which day, at what time of day.

    The first infusion falls on `first_day` or up to `start_within_days` later. Starts lie
    `step_min` apart from opening time on, and at the preferred time. One time of day for the
    whole series is looked for within `same_time_within_min` of the preferred one, before each
    day is given the free time nearest to it. `chairs` (best first) narrows the choice.
    """

    visit: Visit
    spacing: Spacing
    first_day: date
    preferred: time
    start_within_days: int = 0
    step_min: int = 15
    same_time_within_min: int = 120
    chairs: tuple[str, ...] | None = None
    clinician: str | None = None
    not_before: datetime | None = None

    def __post_init__(self) -> None:
        if self.step_min < SLOT_MIN or self.step_min % SLOT_MIN:
            raise BadValue("step_min", f"must be a multiple of {SLOT_MIN}, not {self.step_min}")
        if not 0 <= self.start_within_days <= 60:
            raise BadValue("start_within_days", "must lie between 0 and 60")
        if self.not_before is not None and self.not_before.utcoffset() is None:
            raise BadValue("not_before", "needs a time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One infusion's place: position from 1, clinic day, start (UTC), chair, and its parts.

    `off_by_min` is how far from the preferred time of day, later positive.
    """

    number: int
    day: date
    start: datetime
    chair: str
    clinician: str | None
    block: Block
    off_by_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """A day that an infusion could have taken, and everything that stood against it there."""

    number: int
    day: date
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """All the proposals in order, or none and what is in the way of the first that fails."""

    proposals: tuple[Proposal, ...]
    in_the_way: tuple[Obstacle, ...] = ()
    because: Message | None = None


def propose(*, wish: Wish, book: Book) -> Series:
    """Propose a place for every infusion of a series, the earliest first day first.

    For each first day one common time of day is tried before different ones. Nothing is
    reserved: the reservation rows decide when it is booked.
    """
    search = Search(wish=wish, book=book)
    days = (wish.first_day + timedelta(days=n) for n in range(wish.start_within_days + 1))
    firsts = [day for day in days if wish.spacing.may_begin(day=day)]
    for day in firsts:
        for wall in (*search.common_times(day), None):
            found = search.place(index=0, anchor=(0, day), chosen=(), wall=wall)
            if found is not None:
                return Series(proposals=found)
    if not firsts:
        because = Message(id=N_("The series may not begin on any of the days asked for."))
        return Series(proposals=(), because=because)
    return Series(proposals=(), in_the_way=search.obstacles(), because=search.because())


def place_one(*, wish: Wish, book: Book, number: int, start: datetime, chair: str) -> Proposal:
    """Make the proposal of one place without looking at what is in its way."""
    here = local(start, book.opening.zone)
    wanted = block(start=start, visit=wish.visit)
    return Proposal(
        number=number,
        day=here.date(),
        start=wanted.chair.start,
        chair=chair,
        clinician=wish.clinician,
        block=wanted,
        off_by_min=_minutes(here.time()) - _minutes(wish.preferred),
    )


@dataclass(slots=True, kw_only=True)
class Search:
    """A depth-first search that remembers each day's free places and each dead end.

    An infusion that is `pinned` (by its number from 1) takes that place and no other.
    """

    wish: Wish
    book: Book
    pinned: Mapping[int, Proposal] = field(default_factory=dict)
    _places: dict[date, tuple[Proposal, ...]] = field(default_factory=dict)
    _dead: set[tuple[int, tuple[int, date], date | None, time | None]] = field(default_factory=set)
    _stuck: tuple[int, tuple[date, ...]] = (-1, ())

    def place(
        self,
        *,
        index: int,
        anchor: tuple[int, date],
        chosen: tuple[Proposal, ...],
        wall: time | None,
    ) -> tuple[Proposal, ...] | None:
        """Find places for the infusions from `index` on, at one time of day or at any."""
        if index == self.wish.spacing.count:
            return chosen
        key = (index, anchor, chosen[-1].day if chosen else None, wall)
        if key in self._dead:
            return None
        days = self._days(index, anchor, chosen)
        for day in days:
            spot = self._spot(day, index, chosen, wall)
            found = spot and self.place(
                index=index + 1, anchor=anchor, chosen=(*chosen, spot), wall=wall
            )
            if found:
                return found
        self._give_up(key, days)
        return None

    def common_times(self, day: date) -> tuple[time, ...]:
        """List the times of day free on the first day and near the preferred one."""
        near = self.wish.same_time_within_min
        free = (p for p in self._free(day) if abs(p.off_by_min) <= near)
        return tuple(dict.fromkeys(self._wall(p.start) for p in free))

    def obstacles(self) -> tuple[Obstacle, ...]:
        """Name what stands against each day of the infusion that could not be placed."""
        index, days = self._stuck
        return tuple(
            Obstacle(number=index + 1, day=day, conflicts=self._against(day)) for day in days
        )

    def because(self) -> Message:
        """Say which infusion could not be placed."""
        number = self._stuck[0] + 1
        says = N_("No place for infusion {number} within its spacing.")
        if number in self.pinned:
            says = N_("Infusion {number} was agreed to stay where it is: move this one alone.")
        return Message(id=says, params={"number": number})

    def _days(
        self, index: int, anchor: tuple[int, date], chosen: tuple[Proposal, ...]
    ) -> tuple[date, ...]:
        if index == 0:
            return (anchor[1],)
        return self.wish.spacing.days(index=index, anchor=anchor, previous=chosen[-1].day)

    def _spot(
        self, day: date, index: int, chosen: tuple[Proposal, ...], wall: time | None
    ) -> Proposal | None:
        """Take the free place nearest to the wish, clear of the infusion before it."""
        clear = chosen[-1].block.chair.end if chosen else None
        stays = self.pinned.get(index + 1)
        if stays is not None:
            is_clear = clear is None or stays.start >= clear
            return stays if stays.day == day and is_clear else None
        for place in self._free(day):
            fits = wall is None or self._wall(place.start) == wall
            if fits and (clear is None or place.start >= clear):
                return replace(place, number=index + 1)
        return None

    def _free(self, day: date) -> tuple[Proposal, ...]:
        if day not in self._places:
            starts = self._starts(day)
            found = (self._first_free(start) for start in starts)
            self._places[day] = tuple(p for p in found if p is not None)
        return self._places[day]

    def _first_free(self, start: datetime) -> Proposal | None:
        wanted = block(start=start, visit=self.wish.visit)
        if self._of_time(wanted):
            return None
        for chair in self._chairs():
            if not conflicts_of_chair(book=self.book, wanted=wanted, chair=chair):
                return place_one(wish=self.wish, book=self.book, number=0, start=start, chair=chair)
        return None

    def _of_time(self, wanted: Block) -> tuple[Conflict, ...]:
        return conflicts_of_time(
            book=self.book,
            wanted=wanted,
            clinician=self.wish.clinician,
            not_before=self.wish.not_before,
        )

    def _starts(self, day: date) -> list[datetime]:
        """List the starts of a day, nearest to the preferred time first, then the earlier."""
        step = timedelta(minutes=self.wish.step_min)
        wanted = resolve(day=day, wall=self.wish.preferred, zone=self.book.opening.zone).at
        starts = set()
        for hours in open_intervals(self.book.opening, day):
            count = -int((hours.start - hours.end) // step)
            starts |= {hours.start + step * n for n in range(count)}
            starts |= {wanted} if hours.start <= wanted < hours.end else set()
        return sorted(starts, key=lambda at: (abs(at - wanted), at))

    def _against(self, day: date) -> tuple[Conflict, ...]:
        """Gather the conflicts of every chair at the time nearest to the preferred one."""
        zone = self.book.opening.zone
        wanted = resolve(day=day, wall=self.wish.preferred, zone=zone).at
        start = next(iter(self._starts(day)), wanted)
        place = block(start=start, visit=self.wish.visit)
        chairs = (conflicts_of_chair(book=self.book, wanted=place, chair=c) for c in self._chairs())
        return (*self._of_time(place), *chain.from_iterable(chairs))

    def _give_up(
        self, key: tuple[int, tuple[int, date], date | None, time | None], days: tuple[date, ...]
    ) -> None:
        """Remember the dead end, and the farthest one where any time of day would have done."""
        self._dead.add(key)
        index, _, _, wall = key
        if wall is None and index > self._stuck[0]:
            self._stuck = (index, days)

    def _chairs(self) -> tuple[str, ...]:
        return self.book.chairs if self.wish.chairs is None else self.wish.chairs

    def _wall(self, at: datetime) -> time:
        return local(at, self.book.opening.zone).time()


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute
