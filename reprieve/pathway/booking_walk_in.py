"""Somebody comes without a booking: booked for now and noted as arrived, in one act."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from reprieve.pathway import booking, turns
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.booking import Slot
from reprieve.pathway.permissions import Actor
from reprieve.scheduling.slots import SLOT_MIN


def walk_in(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, kind: str,
    chair: uuid.UUID | None = None, practitioner: uuid.UUID | None = None,
) -> uuid.UUID:  # fmt: skip
    """This function will book a visit that begins in this 5-minute slot and note the arrival.

    Outside opening hours too, since the person is here; never over another visit. Raises Conflict.
    """
    wanted = Slot(starts_at=_slot(at), kind=kind, chair=chair, practitioner=practitioner)

    def work() -> Done:
        turns.take(actor.clinic)  # nobody closes a day between the look and the writing
        row = booking.add(actor=actor, at=at, patient=patient, wanted=wanted, anyway=True)
        booking.settle(row, "arrived", actor=actor, at=at)
        return Done(
            subject_kind="appointment", subject=row.pk, detail={"kind": kind, "walk_in": True}
        )

    return uuid.UUID(perform("booking.change", actor=actor, uid=uid, at=at, work=work)["id"])


def _slot(at: datetime) -> datetime:
    past = timedelta(minutes=at.minute % SLOT_MIN, seconds=at.second, microseconds=at.microsecond)
    return at - past
