"""One infusion of a booked series is moved: which of the rest stay, and where the others go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reprieve.knowledge import N_, BadValue, Message
from reprieve.scheduling.conflicts import Book, conflicts
from reprieve.scheduling.series import Obstacle, Proposal, Search, Wish, place_one
from reprieve.scheduling.slots import slots
from reprieve.scheduling.wall import local


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The series after a move: infusions that stay, and those with a new place.

    When it cannot be done `changed` is empty and `in_the_way` says why. `because` names a
    distance to the infusion before that is not the spacing's; a person chose it, so it stands.
    """

    kept: tuple[Proposal, ...]
    changed: tuple[Proposal, ...]
    in_the_way: tuple[Obstacle, ...] = ()
    because: Message | None = None


def move_rest(
    *, booked: Sequence[Proposal], number: int, to: datetime, chair: str, wish: Wish, book: Book,
    agreed: Collection[int] = (),
) -> Moved:  # fmt: skip
    """Move infusion `number` of a booked series, and the rest only as far as spacing asks.

    Later infusions keep their places while their distances hold; from the first that breaks,
    or whose place is not free any more, all are placed anew, counted from the last one that
    is settled, at the old time of day. Earlier ones stay. `book` holds the series as booked.
    Those `agreed` (numbers) stay on a day that is closed, or nothing can be moved.
    Raises BadValue for an unknown number and for a day not after the infusion before.
    """
    index = _index(booked, number, wish)
    moved = place_one(wish=wish, book=book, number=number, start=to, chair=chair)
    _check_order(booked, index, moved)
    freed = without(book, booked[index:])
    problem = _obstacle(moved, wish, freed)
    if problem:
        return Moved(kept=tuple(booked), changed=(), in_the_way=(problem,))
    pinned = {place.number: place for place in booked[index + 1 :] if place.number in agreed}
    fixed = (*booked[:index], moved, *_staying(booked, index, moved, wish, freed, pinned=pinned))
    return _with_rest(booked, fixed, moved, wish, freed, pinned=pinned)


def without(book: Book, places: Sequence[Proposal]) -> Book:
    """Take booked places out of a book that holds them."""
    taken = {who: set(numbers) for who, numbers in book.taken.items()}
    nursed = Counter(book.nursed)
    for place in places:
        for who, numbers in _held(place):
            taken.get(who, set()).difference_update(numbers)
        nursed.subtract(slots(place.block.nursed))
    return replace(book, taken=taken, nursed=nursed)


def with_places(book: Book, places: Sequence[Proposal]) -> Book:
    """Put places into a book."""
    taken = {who: set(numbers) for who, numbers in book.taken.items()}
    nursed = Counter(book.nursed)
    for place in places:
        for who, numbers in _held(place):
            taken.setdefault(who, set()).update(numbers)
        nursed.update(slots(place.block.nursed))
    return replace(book, taken=taken, nursed=nursed)


def _with_rest(
    booked: Sequence[Proposal],
    fixed: tuple[Proposal, ...],
    moved: Proposal,
    wish: Wish,
    freed: Book,
    *,
    pinned: Mapping[int, Proposal],
) -> Moved:
    because = _distance(fixed, moved, wish)
    rest = booked[len(fixed) :]
    old_wall = local((rest or booked)[0].start, freed.opening.zone).time()
    search = Search(
        wish=replace(wish, preferred=old_wall), book=with_places(freed, (moved,)), pinned=pinned
    )
    anchor = (len(fixed) - 1, fixed[-1].day)
    found = search.place(index=len(fixed), anchor=anchor, chosen=fixed, wall=None)
    if found is None:
        return Moved(
            kept=tuple(booked), changed=(), in_the_way=search.obstacles(), because=search.because()
        )
    placed = found[len(fixed) :]
    kept = (*(p for p in fixed if p is not moved), *(p for p in placed if p.number in pinned))
    anew = (p for p in placed if p.number not in pinned)
    return Moved(kept=kept, changed=(moved, *anew), because=because)


def _index(booked: Sequence[Proposal], number: int, wish: Wish) -> int:
    if len(booked) != wish.spacing.count:
        raise BadValue("booked", f"has {len(booked)} infusions, not {wish.spacing.count}")
    if not 1 <= number <= len(booked):
        raise BadValue("number", f"must lie between 1 and {len(booked)}, not {number}")
    return number - 1


def _check_order(booked: Sequence[Proposal], index: int, moved: Proposal) -> None:
    if index and moved.day <= booked[index - 1].day:
        raise BadValue("to", f"{moved.day} is not after infusion {index}")


def _obstacle(place: Proposal, wish: Wish, book: Book) -> Obstacle | None:
    found = conflicts(
        book=book,
        wanted=place.block,
        chair=place.chair,
        clinician=place.clinician,
        not_before=wish.not_before,
    )
    return Obstacle(number=place.number, day=place.day, conflicts=found) if found else None


def _staying(
    booked: Sequence[Proposal], index: int, moved: Proposal, wish: Wish, book: Book,
    *, pinned: Mapping[int, Proposal],
) -> tuple[Proposal, ...]:  # fmt: skip
    stay: list[Proposal] = []
    previous = moved
    for n, place in enumerate(booked[index + 1 :], start=index + 1):
        kept = wish.spacing.allows(index=n, previous=previous.day, day=place.day)
        stands = place.number in pinned or not _obstacle(place, wish, book)
        if not kept or place.start < previous.block.chair.end or not stands:
            break
        stay.append(place)
        previous = place
    return tuple(stay)


def _distance(fixed: Sequence[Proposal], moved: Proposal, wish: Wish) -> Message | None:
    index = moved.number - 1
    if index == 0:
        return None
    before = fixed[index - 1].day
    if wish.spacing.allows(index=index, previous=before, day=moved.day):
        return None
    says = N_("Infusion {number} is {days} days after the one before: not as planned.")
    days = (moved.day - before).days
    return Message(id=says, params={"number": moved.number, "days": days})


def _held(place: Proposal) -> tuple[tuple[str, range], ...]:
    chair = (place.chair, slots(place.block.chair))
    if place.clinician is None or place.block.clinician is None:
        return (chair,)
    return chair, (place.clinician, slots(place.block.clinician))
