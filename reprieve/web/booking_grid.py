"""Visits of a day laid out as lanes of half-hour columns: one lane a chair and a clinician.

Cells carry a span instead of a position, so the page needs no style of its own. Visits that share
a column share a cell: none is ever hidden behind another.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from django.utils.translation import gettext as _

from reprieve.pathway.permissions import DOCTORS, NURSE
from reprieve.records.queries import booking, clinics, patients, people
from reprieve.records.queries.booking import AppointmentView
from reprieve.scheduling.wall import local, resolve
from reprieve.web import labels

COLUMN = timedelta(minutes=30)
USUAL_DAY = (time(8), time(18))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One visit in words: `tone` is a kind of `<c-state>`."""

    visit: AppointmentView
    name: str
    kind: str
    tone: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Half an hour: its label, and whether it is now."""

    label: str
    is_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Some columns of a lane, with the visits that lie in them."""

    span: int
    visits: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One chair or person over the day."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A day: columns, lanes, and every visit once for the list beside the picture."""

    day: date
    columns: tuple[Column, ...]
    lanes: tuple[Lane, ...]
    visits: tuple[Shown, ...]


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """This function will return the moments between which a calendar day lies."""
    midnight = time(0)
    start = resolve(day=day, wall=midnight, zone=zone).at
    return start, resolve(day=day + timedelta(days=1), wall=midnight, zone=zone).at


def shown(clinic: uuid.UUID, visits: Sequence[AppointmentView]) -> tuple[Shown, ...]:
    """This function will put visits into words, with the names of the patients."""
    who = patients.many(clinic=clinic, patients=list({visit.patient for visit in visits}))
    return tuple(
        Shown(
            visit=visit,
            name=who[visit.patient].identity.full_name,
            kind=_kind(visit),
            tone=labels.STATUSES[visit.status][0],
            status=str(labels.STATUSES[visit.status][1]),
        )
        for visit in visits
    )


def _kind(visit: AppointmentView) -> str:
    word = labels.word(labels.VISITS, visit.kind)
    return f"{word} {visit.series_no}" if visit.series_no else word


def grid(*, clinic: uuid.UUID, day: date, at: datetime, with_people: bool = True) -> Grid:
    """This function will lay out a day of the clinic, by chair and then by clinician."""
    zone = clinics.clinic(clinic).timezone
    start, end = day_bounds(day, zone)
    visits = shown(clinic, booking.between(clinic=clinic, start=start, end=end))
    begins, columns = _columns(day, zone, visits, at)
    lanes = [
        _lane(name, [one for one in visits if key(one.visit)], begins, len(columns))
        for name, key in _lanes_of(clinic, visits, with_people=with_people)
    ]
    return Grid(day=day, columns=columns, lanes=tuple(lanes), visits=visits)


def _lanes_of(
    clinic: uuid.UUID, visits: Sequence[Shown], *, with_people: bool
) -> Iterator[tuple[str, Callable[[AppointmentView], bool]]]:
    for chair in clinics.chairs(clinic=clinic):
        yield chair.name, partial(_in_chair, chair.id)
    if with_people:
        booked = {one.visit.practitioner for one in visits}
        for person in people.staff(clinic=clinic):
            sees = person.roles & DOCTORS or person.id in booked
            if sees and person.active:
                yield person.name, partial(_with_person, person.id)
    if any(_is_loose(one.visit, alone=with_people) for one in visits):
        label = _("No chair or clinician") if with_people else _("No chair")
        yield label, partial(_is_loose, alone=with_people)


def _in_chair(chair: uuid.UUID, visit: AppointmentView) -> bool:
    return visit.chair == chair


def _with_person(person: uuid.UUID, visit: AppointmentView) -> bool:
    return visit.practitioner == person


def _is_loose(visit: AppointmentView, *, alone: bool) -> bool:
    return visit.chair is None and (visit.practitioner is None or not alone)


def clinicians(clinic: uuid.UUID) -> list[tuple[str, str]]:
    """This function will list who can be booked, as choices: doctors first, then nurses."""
    staff = [person for person in people.staff(clinic=clinic) if person.active]
    doctors = [person for person in staff if person.roles & DOCTORS]
    nurses = [p for p in staff if NURSE in p.roles and p not in doctors]
    return [(str(person.id), person.name) for person in (*doctors, *nurses)]


def _columns(
    day: date, zone: str, visits: Iterable[Shown], at: datetime
) -> tuple[datetime, tuple[Column, ...]]:
    opens, closes = (resolve(day=day, wall=wall, zone=zone).at for wall in USUAL_DAY)
    begins = min([opens, *(one.visit.starts_at for one in visits)])
    ends = max([closes, *(one.visit.ends_at for one in visits)])
    first, last = day_bounds(day, zone)
    begins, ends = max(begins, first), min(ends, last)
    begins -= timedelta(minutes=begins.minute % 60, seconds=begins.second)
    count = -int((begins - ends) // COLUMN)
    marks = [begins + COLUMN * n for n in range(count)]
    columns = tuple(
        Column(label=f"{local(mark, zone):%H:%M}", is_now=mark <= at < mark + COLUMN)
        for mark in marks
    )
    return begins, columns


def _lane(name: str, visits: Sequence[Shown], begins: datetime, count: int) -> Lane:
    cells: list[Cell] = []
    column = 0
    for first, last, group in _groups(visits, begins, count):
        if first > column:
            cells.append(Cell(span=first - column))
        cells.append(Cell(span=last - first, visits=tuple(group)))
        column = last
    if column < count:
        cells.append(Cell(span=count - column))
    return Lane(name=name, cells=tuple(cells))


def _groups(
    visits: Sequence[Shown], begins: datetime, count: int
) -> list[tuple[int, int, list[Shown]]]:
    """Join visits that touch a common column."""
    found: list[tuple[int, int, list[Shown]]] = []
    for one in sorted(visits, key=lambda one: one.visit.starts_at):
        first = min(max(0, int((one.visit.starts_at - begins) // COLUMN)), count - 1)
        last = min(count, max(first + 1, -int((begins - one.visit.ends_at) // COLUMN)))
        if found and first < found[-1][1]:
            before = found.pop()
            found.append((before[0], max(before[1], last), [*before[2], one]))
        else:
            found.append((first, last, [one]))
    return found
