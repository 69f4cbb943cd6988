"""Emergency access: records that a role does not include, opened with a reason, looked at later."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import clock, worklist
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.pathway.permissions import DIRECTOR, Actor, allowed
from reprieve.records import notes
from reprieve.records.models import EmergencyAccess, EmergencyReview, WorkItem
from reprieve.records.queries import emergencies

LASTS = timedelta(hours=1)
SHORTEST_REASON = 10
REVIEW_WITHIN = timedelta(days=1)
KIND = "emergency_review"


def open_records(*, actor: Actor, uid: uuid.UUID, at: datetime, reason: str) -> datetime:
    """This function will open the clinic's records for an hour, and ask for a review of it.

    Everything opened meanwhile is in the access log as ever. Raises BadValue without a reason.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadValue("reason", N_("say in a few words why it cannot wait"))
    if actor.practitioner is None:
        raise PermissionDenied(N_("Only a member of staff can do this."))

    def work() -> Done:
        row = EmergencyAccess.objects.add(
            clinic_id=actor.clinic, practitioner_id=actor.practitioner, until=at + LASTS,
            reason=notes.write(reason.strip(), clinic=actor.clinic, at=at, by=actor.practitioner),
            recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
        worklist.open_item(
            actor=actor, at=at, kind=KIND, owner_role=DIRECTOR, due_at=at + REVIEW_WITHIN
        )
        return Done(
            subject_kind="emergency", subject=row.pk, result={"until": row.until.isoformat()}
        )

    done = perform("emergency.open", actor=actor, uid=uid, at=at, work=work)
    return datetime.fromisoformat(done["until"])


def review(
    *, actor: Actor, uid: uuid.UUID, at: datetime, access: uuid.UUID, justified: bool, note: str
) -> None:
    """This function will keep what a director or auditor thinks of it; nobody judges their own."""
    if not justified and not note.strip():
        raise BadValue("note", N_("say what was wrong with it"))

    def work() -> Done:
        row = EmergencyAccess.of(actor.clinic).filter(pk=access).first()
        if row is None:
            raise NotFound(N_("There is no such emergency access."))
        if row.practitioner_id == actor.practitioner:
            raise PermissionDenied(N_("Somebody else looks at your own emergency access."))
        if EmergencyReview.of(actor.clinic).filter(access=row).exists():
            raise NotNow(N_("It was looked at already."))
        EmergencyReview.objects.add(
            clinic_id=actor.clinic, access=row, justified=justified, recorded_at=at,
            note=notes.optional(note, clinic=actor.clinic, at=at, by=actor.practitioner),
            by_id=actor.practitioner,
        )  # fmt: skip
        _close(actor, at, asked_at=row.recorded_at)
        return Done(subject_kind="emergency", subject=row.pk, detail={"justified": justified})

    perform("emergency.review", actor=actor, uid=uid, at=at, work=work)


def _close(actor: Actor, at: datetime, *, asked_at: datetime) -> None:
    rows = WorkItem.of(actor.clinic).select_for_update().filter(kind=KIND, opened_at=asked_at)
    for item in rows.filter(state__in=worklist.OPEN):
        worklist.close(actor=actor, at=at, item=item)


def widened(actor: Actor | None) -> Actor | None:
    """This function will return the actor with what their emergency access opens, if it lasts."""
    if actor is None or actor.practitioner is None or not allowed(actor, "emergency.open"):
        return actor
    end = emergencies.until(
        clinic=actor.clinic, practitioner=actor.practitioner, at=clock.now(actor.clinic)
    )
    return replace(actor, emergency_until=end)
