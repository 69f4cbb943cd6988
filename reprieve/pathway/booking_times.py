"""The free times of a day for one visit: proposed to whoever books, reserved by nobody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reprieve.pathway import booking_book
from reprieve.records.queries import clinics, settings
from reprieve.scheduling import blocks
from reprieve.scheduling.conflicts import Book, conflicts_of_chair, conflicts_of_time
from reprieve.scheduling.opening import is_working_day, open_intervals
from reprieve.scheduling.wall import local, resolve

STEP = timedelta(minutes=15)
NOON = time(12)
LOOKED_AHEAD_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """A free time, in the chair named where the visit needs one."""

    starts_at: datetime
    chair: uuid.UUID | None
    chair_name: str


def free(
    *, clinic: uuid.UUID, day: date, kind: str, at: datetime, practitioner: uuid.UUID | None = None
) -> list[Free]:
    """This function will list the times of a day at which a visit of a kind could begin.

    An infusion takes the first free chair of each time. Raises BadValue for an unknown kind.
    """
    visit = booking_book.visit(clinic=clinic, kind=kind, at=at)
    noon = resolve(day=day, wall=NOON, zone=clinics.clinic(clinic).timezone).at
    start, end = booking_book.around(noon)
    book = booking_book.book(clinic=clinic, start=start, end=end, at=at)
    names = {str(chair.id): chair.name for chair in clinics.chairs(clinic=clinic)}
    who = str(practitioner) if practitioner else None
    found = []
    for begins in _starts(book, day):
        wanted = blocks.block(start=begins, visit=visit)
        place = _place(book, wanted, kind, who, at)
        if place is not None:
            found.append(
                Free(
                    starts_at=begins, chair=uuid.UUID(place) if place else None,
                    chair_name=names.get(place, ""),
                )
            )  # fmt: skip
    return found


def next_day(*, clinic: uuid.UUID, after: date, at: datetime) -> date:
    """This function will return the first day after another on which the clinic opens.

    It is the next calendar day where none of the coming four weeks is open.
    """
    start, end = booking_book.around(at)
    chosen = settings.every(clinic=clinic, at=at)
    opening = booking_book.opening(clinic=clinic, start=start, end=end, chosen=chosen)
    coming = [after + timedelta(days=n) for n in range(1, LOOKED_AHEAD_DAYS + 1)]
    return next((day for day in coming if is_working_day(opening, day)), coming[0])


def _starts(book: Book, day: date) -> list[datetime]:
    found = []
    for hours in open_intervals(book.opening, day):
        begins = hours.start
        while begins < hours.end:
            found.append(local(begins, book.opening.zone))
            begins += STEP
    return found


def _place(
    book: Book, wanted: blocks.Block, kind: str, who: str | None, at: datetime
) -> str | None:
    """A chair's id, empty text where none is needed, None where nothing is free."""
    against = conflicts_of_time(book=book, wanted=wanted, clinician=who, not_before=at)
    if kind != "infusion":
        return None if any(c.kind != "nurses" for c in against) else ""
    if against:
        return None
    free_ones = (
        chair for chair in book.chairs
        if not conflicts_of_chair(book=book, wanted=wanted, chair=chair)
    )  # fmt: skip
    return next(free_ones, None)
