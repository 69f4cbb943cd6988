"""A reminder whose text did not arrive goes by mail instead, once, where mail may be sent.

Only where the patient wants reminders and has an address, and what it says still holds. Everything
else stays work for the desk, who calls.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from reprieve.pathway import gateway_words, message_ways, messages
from reprieve.records.models import OutboxMessage
from reprieve.records.queries import booking, closings, outbox, reminder_choices

# What a mail in place of a text keeps of it, beside the text's own parameters.
INSTEAD = "instead_of"


def is_instead(params: Mapping[str, Any]) -> bool:
    """This function will tell whether a message is a mail in place of a text."""
    return INSTEAD in params


def follow(row: OutboxMessage, *, at: datetime, error: str) -> bool:
    """This function will keep a mail in place of a text that failed for good, in the same act.

    False where none is kept, now or again: somebody has to call.
    """
    to, params = messages.content(row)
    if to or row.channel != message_ways.TEXT or row.template not in messages.DISTURBING:
        return False
    key = outbox.mail_instead(row.pk)
    if OutboxMessage.of(row.clinic_id).filter(pk=key).exists():
        return False
    if gateway_words.names_stop(error) or not _still_holds(row, params, at) or not _may_mail(row):
        return False
    messages.enqueue(
        clinic=row.clinic_id, template=row.template, at=at, patient=row.patient_id,
        appointment=row.appointment_id, params={**params, INSTEAD: str(row.pk)}, key=key,
    )  # fmt: skip
    return True


def take_back(row: OutboxMessage) -> None:
    """This function will withdraw the mail in place of a text that is tried again, inside an act.

    Only one that still waits; what went out is out.
    """
    mails = OutboxMessage.of(row.clinic_id).filter(pk=outbox.mail_instead(row.pk), state="waiting")
    mails.update(state="withdrawn")


def _may_mail(row: OutboxMessage) -> bool:
    """Whoever wants reminders is written to by what reaches them; a stop ends every way."""
    clinic, patient = row.clinic_id, row.patient_id
    if patient is None or not settings.MAIL_LEAVES:
        return False
    return (
        message_ways.MAIL in message_ways.offered(clinic=clinic, patient=patient)
        and reminder_choices.of(clinic=clinic, patient=patient).wanted
        and not closings.is_ended(clinic=clinic, patient=patient)
    )


def _still_holds(row: OutboxMessage, params: Mapping[str, Any], at: datetime) -> bool:
    """Not past its time, and the visit neither moved nor cancelled nor begun since."""
    until = params.get("expires_at")
    if until is not None and datetime.fromisoformat(until) <= at:
        return False
    return row.appointment_id is None or _is_as_it_was(row, row.appointment_id, at)


def _is_as_it_was(row: OutboxMessage, appointment: uuid.UUID, at: datetime) -> bool:
    visit = booking.one(clinic=row.clinic_id, appointment=appointment)
    if visit is None or visit.status != "booked" or visit.starts_at <= at:
        return False
    past = booking.history(clinic=row.clinic_id, appointment=appointment)
    return not any(kind == "moved" and when > row.created_at for kind, when, _why in past)
