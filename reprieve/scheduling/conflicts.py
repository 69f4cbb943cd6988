"""What stands against a wanted visit: closed, chair, clinician, nurses. All is named."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from reprieve.knowledge import N_, BadValue, Message
from reprieve.scheduling.blocks import Block
from reprieve.scheduling.opening import Opening, absences_of, closed_because
from reprieve.scheduling.slots import Interval, interval, runs, slots

Kind = Literal["past", "closed", "chair", "clinician", "absent", "nurses"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How many nurses are on duty during an interval."""

    during: Interval
    nurses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """Nurses on duty: `nurses` always, except during a shift, where the fewest listed count."""

    chairs_per_nurse: int
    nurses: int = 0
    shifts: tuple[Shift, ...] = ()

    def __post_init__(self) -> None:
        if self.chairs_per_nurse < 1:
            raise BadValue("chairs_per_nurse", "must be at least 1")
        if self.nurses < 0 or any(s.nurses < 0 for s in self.shifts):
            raise BadValue("nurses", "must be 0 or more")

    def capacities(self, numbers: range) -> dict[int, int]:
        """Give how many patients may be nursed at once in each slot of a run."""
        on_duty: dict[int, int] = {}
        for shift in self.shifts:
            run = slots(shift.during)
            for n in range(max(run.start, numbers.start), min(run.stop, numbers.stop)):
                on_duty[n] = min(shift.nurses, on_duty.get(n, shift.nurses))
        return {n: self.chairs_per_nurse * on_duty.get(n, self.nurses) for n in numbers}


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What is booked already: slots taken by chair or clinician, and patients nursed by slot."""

    opening: Opening
    chairs: tuple[str, ...]
    staffing: Staffing
    taken: Mapping[str, Set[int]] = field(default_factory=dict)
    nursed: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One thing in the way, what it concerns, and when."""

    kind: Kind
    resource: str
    during: Interval
    says: Message


def conflicts(
    *,
    book: Book,
    wanted: Block,
    chair: str,
    clinician: str | None = None,
    not_before: datetime | None = None,
) -> tuple[Conflict, ...]:
    """List everything that stands against a visit in a chair, with a clinician.

    `not_before`: a start before it is in the past. Raises BadValue for an unknown chair.
    """
    return (
        *conflicts_of_time(book=book, wanted=wanted, clinician=clinician, not_before=not_before),
        *conflicts_of_chair(book=book, wanted=wanted, chair=chair),
    )


def conflicts_of_time(
    *, book: Book, wanted: Block, clinician: str | None, not_before: datetime | None
) -> tuple[Conflict, ...]:
    """List what stands against a visit whatever its chair: past, closed, clinician, nurses."""
    return (
        *_past(wanted, not_before),
        *_closed(book, wanted),
        *_clinician(book, wanted, clinician),
        *_nurses(book, wanted),
    )


def conflicts_of_chair(*, book: Book, wanted: Block, chair: str) -> tuple[Conflict, ...]:
    """List when the chair is taken. Raises BadValue for an unknown one."""
    if chair not in book.chairs:
        raise BadValue("chair", f"unknown {chair!r}")
    return _taken(book, "chair", chair, wanted.chair, N_("Chair {resource} is booked."))


def _past(wanted: Block, not_before: datetime | None) -> tuple[Conflict, ...]:
    if not_before is None or wanted.chair.start >= not_before:
        return ()
    says = Message(id=N_("The time has passed."))
    return (Conflict(kind="past", resource="", during=wanted.chair, says=says),)


def _closed(book: Book, wanted: Block) -> tuple[Conflict, ...]:
    """The patient has to be gone when the clinic closes; cleaning may go on after."""
    says = closed_because(book.opening, wanted.nursed)
    if says is None:
        return ()
    return (Conflict(kind="closed", resource="", during=wanted.nursed, says=says),)


def _clinician(book: Book, wanted: Block, clinician: str | None) -> tuple[Conflict, ...]:
    """A clinician is busy only in the time held for the visit, but away during any of it."""
    if clinician is None:
        return ()
    says = N_("{resource} is away. {reason}")
    away = tuple(
        Conflict(
            kind="absent",
            resource=clinician,
            during=a.during,
            says=Message(id=says, params={"resource": clinician, "reason": a.reason}),
        )
        for a in absences_of(book.opening, clinician, wanted.nursed)
    )
    if wanted.clinician is None:
        return away
    busy = N_("{resource} is booked.")
    return (*away, *_taken(book, "clinician", clinician, wanted.clinician, busy))


def _taken(
    book: Book, kind: Literal["chair", "clinician"], who: str, during: Interval, says: str
) -> tuple[Conflict, ...]:
    numbers = book.taken.get(who, frozenset())
    message = Message(id=says, params={"resource": who})
    hit = numbers & set(slots(during))
    return tuple(
        Conflict(kind=kind, resource=who, during=interval(run), says=message) for run in runs(hit)
    )


def _nurses(book: Book, wanted: Block) -> tuple[Conflict, ...]:
    says = Message(id=N_("No nurse is free: the number of chairs a nurse may watch is reached."))
    capacities = book.staffing.capacities(slots(wanted.nursed))
    full = (n for n, capacity in capacities.items() if book.nursed.get(n, 0) >= capacity)
    return tuple(
        Conflict(kind="nurses", resource="", during=interval(run), says=says) for run in runs(full)
    )
