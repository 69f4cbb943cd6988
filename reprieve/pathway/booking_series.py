"""A whole series at once: proposed from the signed plan, and moved as one.

What is proposed reserves nothing; `booking.book_all` decides when it is booked.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from reprieve.clinical.regimens import Regimen, regimen
from reprieve.knowledge import N_, BadValue, Message
from reprieve.pathway import booking, booking_book, booster_gap, turns
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import Conflict, NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records.models import Appointment
from reprieve.records.queries import booking as queries
from reprieve.records.queries import booking_plan, clinics, closed_days, settings
from reprieve.records.queries.booking_plan import PlanView
from reprieve.scheduling import blocks, moves, series, slots
from reprieve.scheduling.conflicts import Book
from reprieve.scheduling.series import Proposal, Series, Wish
from reprieve.scheduling.spacing import Offsets, Spacing, Weekdays
from reprieve.scheduling.wall import local

START_WITHIN_DAYS = 7
SLACK_DAYS = 1
WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The places found, as visits ready to book, or what is in the way of the first that fails."""

    plan: PlanView
    first_number: int
    slots: tuple[Slot, ...]
    series: Series


def begin_after(*, clinic: uuid.UUID, plan: PlanView, at: datetime) -> date:
    """This function will name the first day on which the next infusion of a plan may be."""
    held = booking_plan.booked(clinic=clinic, plan=plan)
    zone = _zone(clinic)
    tomorrow = local(at, zone).date() + timedelta(days=1)
    gap_over = booster_gap.held_until(clinic=clinic, patient=plan.patient, at=at, plan=plan.id)
    tomorrow = max(tomorrow, gap_over or tomorrow)
    if not held or len(held) >= plan.sessions:
        return tomorrow
    gaps = [later - earlier for earlier, later in pairwise(days(plan))]
    last = local(held[-1].starts_at, zone).date()
    return max(tomorrow, last + timedelta(days=gaps[len(held) - 1]))


def propose(
    *, clinic: uuid.UUID, patient: uuid.UUID, first_day: date, preferred: time, at: datetime,
    practitioner: uuid.UUID | None = None,
) -> Proposed:  # fmt: skip
    """This function will propose a place for each infusion of the plan that has none yet.

    Raises NotNow without a signed plan or when all have a place.
    """
    plan = booking_plan.newest(clinic=clinic, patient=patient)
    if plan is None:
        raise NotNow(N_("There is no signed plan yet."))
    held = booking_plan.booked(clinic=clinic, plan=plan)
    if len(held) >= plan.sessions:
        raise NotNow(N_("Every infusion of the plan has a place."))
    if (first_day - at.date()).days > 366:
        raise BadValue("first_day", "lies more than a year ahead")
    wish = _wish(clinic, plan, done=len(held), first=first_day, preferred=preferred, at=at)
    wish = replace(wish, clinician=str(practitioner) if practitioner else None)
    found = series.propose(wish=wish, book=_book(clinic, plan, first_day, at))
    placed = tuple(
        _slot(plan, proposal, number)
        for number, proposal in enumerate(found.proposals, start=len(held) + 1)
    )
    return Proposed(plan=plan, first_number=len(held) + 1, slots=placed, series=found)


def days(plan: PlanView) -> tuple[int, ...]:
    """This function will lay out a plan's infusions in days from the first.

    A plan with more infusions than its regimen goes on weekly, the widest spacing in use.
    """
    own = list(regimen(plan.regimen).days[: plan.sessions])
    while len(own) < plan.sessions:
        own.append(own[-1] + WEEK)
    return tuple(own)


def spacing(plan: PlanView, *, done: int, slack_days: int) -> Spacing:
    """This function will give the spacing of the infusions after the first `done`."""
    if regimen(plan.regimen).weekdays_only:
        return Weekdays(count=plan.sessions - done, slack_days=slack_days)
    rest = days(plan)[done:]
    return Offsets(offsets=tuple(day - rest[0] for day in rest), slack_days=slack_days)


def _wish(
    clinic: uuid.UUID, plan: PlanView, *, done: int, first: date, preferred: time, at: datetime
) -> Wish:
    slack = settings.value(clinic=clinic, key="booking.slack_days", at=at, default=SLACK_DAYS)
    return Wish(
        visit=visit(clinic, regimen(plan.regimen), at),
        spacing=spacing(plan, done=done, slack_days=int(slack)),
        first_day=first,
        preferred=preferred,
        start_within_days=START_WITHIN_DAYS,
        not_before=at,
    )


def visit(clinic: uuid.UUID, chosen: Regimen, at: datetime) -> blocks.Visit:
    """This function will give the parts of an infusion visit under a regimen."""
    return booking_book.visit(
        clinic=clinic, kind="infusion", at=at, infusion_min=chosen.duration_min,
        recovery_min=chosen.minimum_recovery_min,
    )  # fmt: skip


def _book(clinic: uuid.UUID, plan: PlanView, first: date, at: datetime) -> Book:
    """The clinic's book over the series; where the patient is elsewhere, no chair is free."""
    span = timedelta(days=days(plan)[-1] * 2 + START_WITHIN_DAYS + 30)
    begin = datetime.combine(first, time(0), tzinfo=at.tzinfo) - timedelta(days=2)
    found = booking_book.book(clinic=clinic, start=begin, end=begin + span, at=at)
    elsewhere = {
        number
        for row in booking_plan.taken_by_patient(clinic=clinic, patient=plan.patient)
        for number in slots.slots(slots.Interval(start=row.starts_at, end=row.ends_at))
    }
    taken = {chair: elsewhere | set(found.taken.get(chair, ())) for chair in found.chairs}
    return replace(found, taken={**found.taken, **taken})


def _slot(plan: PlanView, proposal: Proposal, number: int) -> Slot:
    chosen = regimen(plan.regimen)
    return Slot(
        starts_at=proposal.start, kind="infusion", chair=uuid.UUID(proposal.chair),
        practitioner=uuid.UUID(proposal.clinician) if proposal.clinician else None,
        infusion_min=chosen.duration_min, recovery_min=chosen.minimum_recovery_min,
        series_no=number, plan=plan.id,
    )  # fmt: skip


def kept_length(
    *, clinic: uuid.UUID, appointment: uuid.UUID, starts_at: datetime, at: datetime,
    chair: uuid.UUID | None, practitioner: uuid.UUID | None,
) -> Slot:  # fmt: skip
    """This function will describe a booked visit at another time, as long as it is now.

    Raises NotNow for a visit that is not there.
    """
    row = queries.one(clinic=clinic, appointment=appointment)
    if row is None:
        raise NotNow(N_("There is no such appointment."))
    parts = booking_book.visit(clinic=clinic, kind=row.kind, at=at)
    minutes = round((row.ends_at - row.starts_at).total_seconds() / 60)
    own = minutes - parts.prep_min - parts.buffer_min
    plan = booking_plan.plan_of(clinic=clinic, appointment=appointment)
    recovery = regimen(plan.regimen).minimum_recovery_min if plan else parts.recovery_min
    recovery = min(recovery, max(0, own - slots.SLOT_MIN))
    return Slot(
        starts_at=starts_at, kind=row.kind, chair=chair, practitioner=practitioner,
        infusion_min=max(1, own - recovery), recovery_min=recovery, series_no=row.series_no,
        plan=row.plan,
    )  # fmt: skip


def move_rest(
    *, actor: Actor, uid: uuid.UUID, at: datetime, appointment: uuid.UUID, starts_at: datetime,
    chair: uuid.UUID, reason: str = "",
) -> Message | None:  # fmt: skip
    """This function will move an infusion, and those after it only as far as spacing asks.

    Returns what is not as planned. Raises Conflict naming what is in the way, NotNow when the
    visit is none of a series.
    """
    said: list[Message | None] = []

    def work() -> Done:
        turns.take(actor.clinic)  # nobody closes a day between the look and the writing
        moved = _moved(actor.clinic, appointment, starts_at, chair, at)
        said.append(moved.because)
        rows = _rows(actor.clinic, appointment)
        for proposal in moved.changed:  # all are freed first: one may take another's old place
            booking.release(rows[proposal.number])
        for proposal in moved.changed:
            row = rows[proposal.number]
            wanted = kept_length(
                clinic=actor.clinic, appointment=row.pk, starts_at=proposal.start, at=at,
                chair=uuid.UUID(proposal.chair), practitioner=row.practitioner_id,
            )  # fmt: skip
            booking.shift(row, wanted, actor=actor, at=at, reason=reason)
        return Done(
            subject_kind="appointment", subject=appointment, detail={"count": len(moved.changed)}
        )

    perform("booking.change", actor=actor, uid=uid, at=at, work=work)
    return said[0] if said else None


def _moved(
    clinic: uuid.UUID, appointment: uuid.UUID, starts_at: datetime, chair: uuid.UUID, at: datetime
) -> moves.Moved:
    plan = booking_plan.plan_of(clinic=clinic, appointment=appointment)
    if plan is None:
        raise NotNow(N_("This visit is not part of a series."))
    held = booking_plan.booked(clinic=clinic, plan=plan)
    number = next((n for n, row in enumerate(held, 1) if row.id == appointment), None)
    if number is None:
        raise NotNow(N_("This visit is not part of a series."))
    first = local(held[0].starts_at, _zone(clinic)).date()
    wish = _wish(clinic, plan, done=0, first=first, preferred=time(9), at=at)
    counted = [row.series_no or 0 for row in held]
    wish = replace(wish, spacing=_of_numbers(plan, counted, wish.spacing))
    book = booking_book.book(
        clinic=clinic, start=held[0].starts_at - timedelta(days=2),
        end=max(starts_at, held[-1].ends_at) + timedelta(days=60), at=at,
    )  # fmt: skip
    placed = [
        series.place_one(wish=wish, book=book, number=n, start=row.starts_at, chair=str(row.chair))
        for n, row in enumerate(held, 1)
    ]
    stay = closed_days.staying(clinic=clinic, at=at, patient=plan.patient)
    found = moves.move_rest(
        booked=placed, number=number, to=starts_at, chair=str(chair), wish=wish, book=book,
        agreed={n for n, row in enumerate(held, 1) if row.id in stay},
    )  # fmt: skip
    _refuse(found)
    return found


def _of_numbers(plan: PlanView, numbers: Sequence[int], whole: Spacing) -> Spacing:
    """The spacing of the infusions that are booked: one may be missing between them."""
    if isinstance(whole, Weekdays):
        return Weekdays(count=len(numbers), slack_days=whole.slack_days)
    laid = days(plan)
    own = [laid[number - 1] - laid[numbers[0] - 1] for number in numbers]
    slack = whole.slack_days if isinstance(whole, Offsets) else 0
    return Offsets(offsets=tuple(own), slack_days=slack)


def _refuse(found: moves.Moved) -> None:
    if found.changed:
        return
    if found.because is not None:
        raise Conflict(found.because)
    against = next((c for o in found.in_the_way for c in o.conflicts), None)
    raise Conflict(booking.says(against) if against else booking.TAKEN)


def _rows(clinic: uuid.UUID, appointment: uuid.UUID) -> dict[int, Appointment]:
    """The rows of the series locked for this act, numbered from 1 as they follow each other."""
    plan = booking_plan.plan_of(clinic=clinic, appointment=appointment)
    held = booking_plan.booked(clinic=clinic, plan=plan) if plan else []
    return {n: booking.get(clinic=clinic, appointment=row.id) for n, row in enumerate(held, 1)}


def _zone(clinic: uuid.UUID) -> str:
    return clinics.clinic(clinic).timezone
