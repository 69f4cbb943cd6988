"""A visit noted as missed by mistake, or by somebody who came late: taken back on the same day."""

from __future__ import annotations

import uuid
from datetime import datetime

from reprieve.knowledge import N_
from reprieve.pathway import booking, booking_series, states, to_book
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records.models import Appointment
from reprieve.records.queries.treatments import zone_of

ACT = "restored"


def restore(*, actor: Actor, uid: uuid.UUID, at: datetime, appointment: uuid.UUID) -> None:
    """This function will put a missed visit back in its place; both notes stay on record.

    Raises NotNow after the visit's day, Conflict where somebody has taken the time since.
    """

    def work() -> Done:
        row = booking.get(clinic=actor.clinic, appointment=appointment)
        row.status = states.after("appointment", ACT, row.status)
        _refuse_another_day(row, at)
        row.save(update_fields=["status"])
        slot = booking_series.kept_length(
            clinic=actor.clinic, appointment=row.pk, starts_at=row.starts_at, at=at,
            chair=row.chair_id, practitioner=row.practitioner_id,
        )  # fmt: skip
        booking.reserve(row, booking.block(actor, slot, at))
        booking.note_event(row, ACT, actor=actor, at=at)
        to_book.booked(actor=actor, at=at, patient=row.patient_id, visit=row.kind)
        return Done(subject_kind="appointment", subject=row.pk, detail={"act": ACT})

    perform("booking.change", actor=actor, uid=uid, at=at, work=work)


def _refuse_another_day(row: Appointment, at: datetime) -> None:
    zone = zone_of(row.clinic_id)
    if at.astimezone(zone).date() != row.starts_at.astimezone(zone).date():
        raise NotNow(N_("This can be taken back on the day of the visit only: book a new one."))
