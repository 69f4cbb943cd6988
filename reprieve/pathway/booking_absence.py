"""A clinician is away: noted, and what was booked with them is moved, handed over or cancelled."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import booking, booking_series, turns
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import Conflict, NotFound
from reprieve.pathway.permissions import Actor
from reprieve.records.models import Absence, Practitioner
from reprieve.records.queries import booking as queries
from reprieve.records.queries import clinics
from reprieve.records.queries.booking import AppointmentView
from reprieve.scheduling.wall import same_wall_time

LONGEST = timedelta(days=400)
# After the absence the same hour is tried for so many days, before a person has to choose.
DAYS_TRIED = 28


def note(
    *, actor: Actor, uid: uuid.UUID, at: datetime, practitioner: uuid.UUID, starts_at: datetime,
    ends_at: datetime, reason: str = "",
) -> uuid.UUID:  # fmt: skip
    """This function will note that a clinician cannot be booked in a period.

    `reason` is seen by everybody who books: no health of a person belongs there.
    """
    if ends_at <= starts_at:
        raise BadValue("ends_at", "must come after the start")
    if ends_at - starts_at > LONGEST:
        raise BadValue("ends_at", f"lies more than {LONGEST.days} days after the start")
    if len(reason) > 200:
        raise BadValue("reason", "has more than 200 characters")

    def work() -> Done:
        _is_ours(actor.clinic, practitioner)
        row = Absence.objects.add(
            clinic_id=actor.clinic, practitioner_id=practitioner, starts_at=starts_at,
            ends_at=ends_at, reason=reason.strip(),
        )  # fmt: skip
        return Done(subject_kind="absence", subject=row.pk)

    return uuid.UUID(perform("booking.absence", actor=actor, uid=uid, at=at, work=work)["id"])


def take_back(*, actor: Actor, uid: uuid.UUID, at: datetime, absence: uuid.UUID) -> None:
    """This function will end an absence now, or empty one that has not begun."""

    def work() -> Done:
        row = _get(actor.clinic, absence)
        row.ends_at = max(row.starts_at, min(row.ends_at, at))
        row.save(update_fields=["ends_at"])
        return Done(subject_kind="absence", subject=absence, detail={"taken_back": True})

    perform("booking.absence", actor=actor, uid=uid, at=at, work=work)


def affected(*, clinic: uuid.UUID, absence: uuid.UUID) -> list[AppointmentView]:
    """This function will list the visits that are booked with a clinician who is away."""
    row = _get(clinic, absence)
    return queries.of_practitioner(
        clinic=clinic, practitioner=row.practitioner_id, start=row.starts_at, end=row.ends_at
    )


def settle(
    *, actor: Actor, uid: uuid.UUID, at: datetime, absence: uuid.UUID, to: uuid.UUID | None = None
) -> list[uuid.UUID]:
    """This function will move every affected visit in one act: to the clinician `to`, who takes
    them over at the same times, or with `to` None to the same hour of a day after the absence.

    Returns the visits for which no place was found: they stay, and a person decides.
    """
    left: list[uuid.UUID] = []

    def work() -> Done:
        turns.take(actor.clinic)  # nobody closes a day between the look and the writing
        row = _get(actor.clinic, absence)
        if to is not None:
            _is_ours(actor.clinic, to)
        visits = affected(clinic=actor.clinic, absence=absence)
        left.extend(v.id for v in visits if not _place(v, row, to, actor=actor, at=at))
        return Done(
            subject_kind="absence", subject=absence, result={"left": [str(one) for one in left]},
            detail={"moved": len(visits) - len(left), "left": len(left)},
        )  # fmt: skip

    done = perform("booking.change", actor=actor, uid=uid, at=at, work=work)
    return [uuid.UUID(one) for one in done["left"]]


def cancel_all(
    *, actor: Actor, uid: uuid.UUID, at: datetime, absence: uuid.UUID, reason: str
) -> int:
    """This function will cancel every affected visit with one reason, and return how many."""
    if not reason.strip():
        raise BadValue("reason", "is needed to cancel")

    def work() -> Done:
        visits = affected(clinic=actor.clinic, absence=absence)
        for visit in visits:
            row = booking.get(clinic=actor.clinic, appointment=visit.id)
            booking.settle(row, "cancelled", actor=actor, at=at, reason=reason)
        return Done(subject_kind="absence", subject=absence, result={"count": len(visits)})

    return int(perform("booking.change", actor=actor, uid=uid, at=at, work=work)["count"])


def _is_ours(clinic: uuid.UUID, practitioner: uuid.UUID) -> None:
    if not Practitioner.of(clinic).filter(pk=practitioner).exists():
        raise NotFound(N_("There is no such member of staff."))


def _get(clinic: uuid.UUID, absence: uuid.UUID) -> Absence:
    row: Absence | None = Absence.of(clinic).filter(pk=absence).first()
    if row is None:
        raise NotFound(N_("There is no such absence."))
    return row


def _place(
    visit: AppointmentView, away: Absence, to: uuid.UUID | None, *, actor: Actor, at: datetime
) -> bool:
    """Try one time after the other; each try is a savepoint, so that a refused one leaves nothing.

    Only what is really free is taken: no opening hours and no nurse's limit is overruled here.
    """
    who = to or visit.practitioner
    for starts_at in _times(actor.clinic, visit, away, to):
        wanted = booking_series.kept_length(
            clinic=actor.clinic, appointment=visit.id, starts_at=starts_at, at=at,
            chair=visit.chair, practitioner=who,
        )  # fmt: skip
        try:
            with transaction.atomic():
                row = booking.get(clinic=actor.clinic, appointment=visit.id)
                booking.shift(row, wanted, actor=actor, at=at, reason=away.reason)
        except Conflict:
            continue
        return True
    return False


def _times(
    clinic: uuid.UUID, visit: AppointmentView, away: Absence, to: uuid.UUID | None
) -> Iterator[datetime]:
    if to is not None:
        yield visit.starts_at
        return
    zone = clinics.clinic(clinic).timezone
    for days in range(1, DAYS_TRIED + (away.ends_at - away.starts_at).days + 2):
        starts_at = same_wall_time(visit.starts_at, days=days, zone=zone)
        if starts_at >= away.ends_at:
            yield starts_at
