"""Book, move and cancel visits. Two bookings of one slot cannot both be written.

The scheduler says what is free; the reservation rows decide, on both databases.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from reprieve.knowledge import N_, BadValue, Message
from reprieve.pathway import (
    alarm_fold,
    booking_book,
    booster_gap,
    closed_days,
    diary_link,
    episodes,
    forecast_review,
    messages,
    not_come,
    states,
    to_book,
    turns,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import Conflict, NotFound, NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records import changes, notes
from reprieve.records.models import (
    Appointment,
    AppointmentEvent,
    EpisodeOfCare,
    Escort,
    InfusionState,
    Reservation,
)
from reprieve.records.queries import booking_plan
from reprieve.scheduling import blocks, slots
from reprieve.scheduling.conflicts import Conflict as Hindrance
from reprieve.scheduling.conflicts import conflicts_of_chair, conflicts_of_time

# These are never overruled: the place or the person is really taken.
NEVER = {
    "chair": N_("The chair is booked at this time."),
    "clinician": N_("The clinician is booked at this time."),
}
# Two notes of one act stand in their order.
JUST_BEFORE = timedelta(microseconds=1)
MARKS = ("late", "arrived", "no_show", "cancelled", "done")
AWAY = N_("The clinician is away at this time. {reason}")
TAKEN = N_("Somebody has just taken this time. Choose another.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A wanted visit: when it starts, where, with whom, and how long the drug runs."""

    starts_at: datetime
    kind: str
    chair: uuid.UUID | None = None
    practitioner: uuid.UUID | None = None
    infusion_min: int | None = None
    recovery_min: int | None = None
    series_no: int | None = None
    plan: uuid.UUID | None = None


def book(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, wanted: Slot,
    anyway: bool = False,
) -> uuid.UUID:  # fmt: skip
    """This function will book one visit. Raises Conflict naming what is in the way.

    `anyway` books outside opening hours or beyond the nurses' number, never over another visit.
    """

    def work() -> Done:
        turns.take(actor.clinic)  # nobody closes a day between the look and the writing
        row = add(actor=actor, at=at, patient=patient, wanted=wanted, anyway=anyway)
        return Done(subject_kind="appointment", subject=row.pk, detail={"kind": wanted.kind})

    return uuid.UUID(perform("booking.change", actor=actor, uid=uid, at=at, work=work)["id"])


def book_all(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, wanted: Sequence[Slot],
    anyway: bool = False,
) -> list[uuid.UUID]:  # fmt: skip
    """This function will book a series in one act: all of it, or nothing."""
    if not wanted:
        raise BadValue("series", "names no visit")

    def work() -> Done:
        turns.take(actor.clinic)  # nobody closes a day between the look and the writing
        rows = [
            add(actor=actor, at=at, patient=patient, wanted=one, anyway=anyway) for one in wanted
        ]
        return Done(
            subject_kind="appointment",
            subject=rows[0].pk,
            result={"all": [str(row.pk) for row in rows]},
            detail={"count": len(rows)},
        )

    done = perform("booking.change", actor=actor, uid=uid, at=at, work=work)
    return [uuid.UUID(one) for one in done["all"]]


def add(
    *, actor: Actor, at: datetime, patient: uuid.UUID, wanted: Slot, anyway: bool = False
) -> Appointment:
    """This function will book one visit inside the caller's act."""
    episode = episodes.current(clinic=actor.clinic, patient=patient)
    _refuse_too_near(actor, patient, wanted, at)
    times = block(actor, wanted, at)
    _refuse_conflicts(actor, wanted, times, at, anyway=anyway)
    row: Appointment = Appointment.objects.add(
        clinic_id=actor.clinic, patient_id=patient, episode=episode, kind=wanted.kind,
        starts_at=times.chair.start, ends_at=times.chair.end, chair_id=wanted.chair,
        practitioner_id=wanted.practitioner, series_no=wanted.series_no, plan_id=wanted.plan,
    )  # fmt: skip
    reserve(row, times)
    note_event(row, "booked", actor=actor, at=at)
    _step(episode, wanted, actor, at)
    to_book.booked(actor=actor, at=at, patient=patient, visit=wanted.kind)
    forecast_review.settled(actor=actor, at=at, patient=patient)
    messages.enqueue(
        clinic=actor.clinic, template="appointment_booked", patient=patient, appointment=row.pk,
        at=at,
    )  # fmt: skip
    _ask_diary(row, actor, at)
    return row


def _ask_diary(row: Appointment, actor: Actor, at: datetime) -> None:
    """The diary begins before a series: it begins, moves and ends with what is booked."""
    if row.kind == "infusion":
        diary_link.ask(actor=actor, patient=row.patient_id, at=at)


def _step(episode: EpisodeOfCare, wanted: Slot, actor: Actor, at: datetime) -> None:
    """Booking moves the pathway on where it is the next step, and leaves it alone elsewhere."""
    act = {"consultation": "booking.consultation", "infusion": "booking.series"}.get(wanted.kind)
    if act in states.possible("episode", episode.state):
        episodes.advance(episode=episode, act=act, actor=actor, at=at)


def block(actor: Actor, wanted: Slot, at: datetime) -> blocks.Block:
    """This function will lay out which times a wanted visit takes."""
    visit = booking_book.visit(
        clinic=actor.clinic, kind=wanted.kind, at=at, infusion_min=wanted.infusion_min,
        recovery_min=wanted.recovery_min,
    )  # fmt: skip
    return blocks.block(start=wanted.starts_at, visit=visit)


def _refuse_too_near(
    actor: Actor, patient: uuid.UUID, wanted: Slot, at: datetime, *, stood: datetime | None = None
) -> None:
    if wanted.kind == "infusion":
        booster_gap.refuse_nearer(
            clinic=actor.clinic, patient=patient, plan=wanted.plan, starts_at=wanted.starts_at,
            at=at, stood=stood,
        )  # fmt: skip


def _refuse_conflicts(
    actor: Actor, wanted: Slot, times: blocks.Block, at: datetime, *, anyway: bool
) -> None:
    start, end = booking_book.around(wanted.starts_at)
    book_ = booking_book.book(clinic=actor.clinic, start=start, end=end, at=at)
    clinician = str(wanted.practitioner) if wanted.practitioner else None
    found = list(conflicts_of_time(book=book_, wanted=times, clinician=clinician, not_before=at))
    if wanted.chair is None:  # a consultation takes no infusion chair and no nurse
        found = [c for c in found if c.kind != "nurses"]
    else:
        found += conflicts_of_chair(book=book_, wanted=times, chair=str(wanted.chair))
    for conflict in found:
        if conflict.kind in NEVER or not anyway:
            raise Conflict(says(conflict))


def says(conflict: Hindrance) -> Message | str:
    """This function will say what is in the way without naming a chair or a person by its id."""
    if conflict.kind == "absent":
        return Message(id=AWAY, params={"reason": conflict.says.params["reason"]})
    return NEVER.get(conflict.kind, conflict.says)


def reserve(row: Appointment, times: blocks.Block) -> None:
    """This function will take the slots of chair, clinician and patient. Raises Conflict."""
    wanted = [("patient", row.patient_id, times.chair)]
    if row.chair_id:
        wanted.append(("chair", row.chair_id, times.chair))
    if row.practitioner_id and times.clinician:
        wanted.append(("clinician", row.practitioner_id, times.clinician))
    rows = [
        Reservation(
            clinic_id=row.clinic_id, resource_kind=kind, resource=who, slot=slot, appointment=row
        )
        for kind, who, during in wanted
        for slot in slots.slots(during)
    ]
    try:
        with transaction.atomic():
            Reservation.objects.bulk_create(rows)
    except IntegrityError as error:
        raise Conflict(TAKEN) from error


def release(row: Appointment) -> None:
    """This function will free the slots of a visit."""
    Reservation.objects.filter(clinic_id=row.clinic_id, appointment=row).delete()


def move(
    *, actor: Actor, uid: uuid.UUID, at: datetime, appointment: uuid.UUID, wanted: Slot,
    reason: str = "", anyway: bool = False,
) -> None:  # fmt: skip
    """This function will move a visit to another time, chair or clinician."""

    def work() -> Done:
        turns.take(actor.clinic)  # nobody closes a day between the look and the writing
        row = get(clinic=actor.clinic, appointment=appointment)
        shift(row, wanted, actor=actor, at=at, reason=reason, anyway=anyway)
        return Done(subject_kind="appointment", subject=row.pk)

    perform("booking.change", actor=actor, uid=uid, at=at, work=work)


def shift(
    row: Appointment, wanted: Slot, *, actor: Actor, at: datetime, reason: str, anyway: bool = False
) -> None:
    """This function will move a visit inside the caller's act."""
    before = {"from": row.starts_at.isoformat(), "to": wanted.starts_at.isoformat()}
    row.status = states.after("appointment", "moved", row.status)
    _refuse_too_near(actor, row.patient_id, wanted, at, stood=row.starts_at)
    release(row)
    times = block(actor, wanted, at)
    _refuse_conflicts(actor, wanted, times, at, anyway=anyway)
    row.starts_at, row.ends_at = times.chair.start, times.chair.end
    row.chair_id, row.practitioner_id = wanted.chair, wanted.practitioner
    row.save()
    reserve(row, times)
    note_event(row, "moved", actor=actor, at=at, reason=reason, detail=before)
    messages.withdraw(clinic=actor.clinic, appointment=row.pk)
    messages.enqueue(
        clinic=actor.clinic, template="appointment_moved", patient=row.patient_id,
        appointment=row.pk, at=at,
    )  # fmt: skip
    _ask_diary(row, actor, at)
    closed_days.settled(actor=actor, at=at, patient=row.patient_id)
    forecast_review.settled(actor=actor, at=at, patient=row.patient_id)
    not_come.settled(actor=actor, at=at, patient=row.patient_id)


def mark(
    *, actor: Actor, uid: uuid.UUID, at: datetime, appointment: uuid.UUID, act: str,
    reason: str = "",
) -> None:  # fmt: skip
    """This function will note arrived, late, no_show, cancelled or done.

    A cancellation needs a reason and frees the slots; the patient is told of it unless the visit's
    time is over. Raises NotNow when the state forbids it.
    """
    if act not in MARKS:
        raise BadValue("what", N_("is not known"))
    if act == "cancelled" and not reason.strip():
        raise BadValue("reason", "is needed to cancel")

    def work() -> Done:
        row = get(clinic=actor.clinic, appointment=appointment)
        if act == "arrived" and row.kind == "infusion":
            booster_gap.refuse_nearer(
                clinic=actor.clinic, patient=row.patient_id, plan=row.plan_id, starts_at=at, at=at,
                stood=row.starts_at,
            )  # fmt: skip
        settle(row, act, actor=actor, at=at, reason=reason)
        return Done(subject_kind="appointment", subject=row.pk, detail={"act": act})

    perform("booking.change", actor=actor, uid=uid, at=at, work=work)


def held(row: Appointment, *, actor: Actor, at: datetime) -> None:
    """This function will note that a visit took place, inside the caller's act.

    That the patient came is noted with it where nobody did. A visit that was cancelled or called
    missed stays so.
    """
    if row.status in booking_plan.STILL_TO_COME:
        settle(row, "arrived", actor=actor, at=at - JUST_BEFORE)
    if row.status == "arrived":
        settle(row, "done", actor=actor, at=at)


def settle(row: Appointment, act: str, *, actor: Actor, at: datetime, reason: str = "") -> None:
    """This function will note what became of a visit, inside the caller's act."""
    if act in {"done", "cancelled"}:
        _refuse_open_infusion(row)
    if act == "no_show" and at < row.starts_at:
        raise NotNow(N_("This visit has not begun yet: cancel it if they will not come."))
    row.status = states.after("appointment", act, row.status)
    row.save(update_fields=["status"])
    note_event(row, act, actor=actor, at=at, reason=reason)
    closed_days.settled(actor=actor, at=at, patient=row.patient_id)
    not_come.settled(actor=actor, at=at, patient=row.patient_id)
    if act in {"cancelled", "no_show"}:
        release(row)
        messages.withdraw(clinic=row.clinic_id, appointment=row.pk)
        _ask_diary(row, actor, at)
        to_book.missed(row, actor=actor, at=at, reason=reason)
    if act == "cancelled" and at < row.ends_at:
        messages.enqueue(
            clinic=row.clinic_id, template="appointment_cancelled", patient=row.patient_id,
            appointment=row.pk, at=at,
        )  # fmt: skip


def _refuse_open_infusion(row: Appointment) -> None:
    """A visit is not over, and its chair not free, while somebody still sits in it."""
    open_here = InfusionState.of(row.clinic_id).filter(
        encounter__appointment=row, state__in=alarm_fold.WATCHED
    )
    if open_here.exists():
        raise NotNow(N_("The infusion of this visit is still open: discharge the patient first."))


def name_escort(
    *, actor: Actor, uid: uuid.UUID, at: datetime, appointment: uuid.UUID, name: str, phone: str
) -> uuid.UUID:
    """This function will note who takes the patient home, encrypted."""
    if not name.strip():
        raise BadValue("name", "is needed")

    def work() -> Done:
        row = get(clinic=actor.clinic, appointment=appointment)
        contact = notes.write(
            f"{name.strip()}\n{phone.strip()}", clinic=actor.clinic, at=at,
            by=actor.practitioner, patient=row.patient_id,
        )  # fmt: skip
        escort = Escort.objects.add(
            clinic_id=actor.clinic, patient_id=row.patient_id, appointment=row, contact=contact,
            recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
        return Done(subject_kind="escort", subject=escort.pk)

    return uuid.UUID(perform("booking.change", actor=actor, uid=uid, at=at, work=work)["id"])


def get(*, clinic: uuid.UUID, appointment: uuid.UUID) -> Appointment:
    """This function will return a visit locked for this act. Raises NotFound."""
    row = Appointment.of(clinic).select_for_update().filter(pk=appointment).first()
    if row is None:
        raise NotFound(N_("There is no such appointment."))
    return row


def note_event(
    row: Appointment, kind: str, *, actor: Actor, at: datetime, reason: str = "",
    detail: dict[str, str] | None = None,
) -> None:  # fmt: skip
    """This function will write what happened to a visit and tell open pages."""
    note = notes.optional(
        reason, clinic=row.clinic_id, at=at, by=actor.practitioner, patient=row.patient_id
    )
    AppointmentEvent.objects.add(
        clinic_id=row.clinic_id, appointment=row, kind=kind, detail=detail or {}, note=note,
        recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip
    changes.announce(
        clinic=row.clinic_id, topic="booking", subject=row.pk, at_ms=round(at.timestamp() * 1000)
    )
