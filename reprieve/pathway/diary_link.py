"""The diary's own link: one for a patient, kept on their phone for as long as the diary is asked.

The link is made once and lasts longer with each infusion, so that the phone stays bound to it.
The diary begins some days before a series, as soon as that is booked: what was before treatment is
what relief is compared with.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from reprieve.pathway import links, messages
from reprieve.pathway.permissions import Actor
from reprieve.records.models import OutboxMessage, PatientLink
from reprieve.records.queries import booking_plan, clinics, closings, treatments
from reprieve.scheduling import reminders
from reprieve.scheduling.wall import local

LASTS = messages.DIARY_AHEAD + timedelta(days=2)
AGAIN_BEFORE = timedelta(days=3)
ASKED_FOR = timedelta(days=365)


def current(*, actor: Actor, patient: uuid.UUID, at: datetime) -> PatientLink:
    """This function will return the patient's diary link inside an act, good for five weeks more.

    One that was ended by the clinic stays ended: a new one takes its place.
    """
    rows = PatientLink.of(actor.clinic).select_for_update().filter(
        patient_id=patient, form=links.DIARY, revoked_at__isnull=True, valid_until__gt=at
    )
    row = rows.order_by("-valid_from", "-id").first()
    if row is None:
        return links.issue(
            actor=actor, at=at, patient=patient, form=links.DIARY, valid_until=at + LASTS
        )
    if row.valid_until < at + LASTS:
        row.valid_until = at + LASTS
        row.save(update_fields=["valid_until"])
    return row


def ask(*, actor: Actor, patient: uuid.UUID, at: datetime) -> int:
    """This function will keep the diary's prompts of the next weeks, inside an act.

    Those of the last course and those before a series that is booked. Nothing is kept for a
    patient without an address on file: the staff then ask by telephone. Once care has ended nobody
    is asked, and no new link takes the place of one that was ended.
    """
    if closings.is_ended(clinic=actor.clinic, patient=patient):
        messages.end_diary(clinic=actor.clinic, patient=patient)
        return 0
    if not links.way(clinic=actor.clinic, patient=patient):
        return 0
    given = treatments.treatments(clinic=actor.clinic, patient=patient, at=at)
    ahead = booking_plan.series_ahead(clinic=actor.clinic, patient=patient, at=at)
    if not given and ahead is None:
        messages.end_diary(clinic=actor.clinic, patient=patient)
        return 0
    row = current(actor=actor, patient=patient, at=at)
    return messages.ask_diary(
        clinic=actor.clinic, patient=patient, at=at, path=links.address(row),
        infusions=[(i.started_at, i.ended_at or at) for t in given[-1:] for i in t.infusions],
        series_ahead=ahead,
    )  # fmt: skip


def is_running_out(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> bool:
    """This function will tell whether nothing is kept for the days to come though it is wanted."""
    if not _is_wanted(clinic, patient, at):
        return False
    waiting = OutboxMessage.of(clinic).filter(
        patient_id=patient, template=messages.DIARY, state="waiting",
        due_at__gt=at + AGAIN_BEFORE,
    )  # fmt: skip
    return not waiting.exists()


def _is_wanted(clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> bool:
    """After an infusion for as long as the diary goes on, else while a booked series comes near."""
    given = treatments.infusions(clinic=clinic, patient=patient, at=at)
    if given and at - given[-1].started_at <= ASKED_FOR:
        return True
    ahead = booking_plan.series_ahead(clinic=clinic, patient=patient, at=at)
    if ahead is None:
        return False
    today = local(at, clinics.clinic(clinic).timezone).date()
    early = AGAIN_BEFORE.days + reminders.routine().diary.daily_before_days
    return 1 < (ahead - today).days <= early
