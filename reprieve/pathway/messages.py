"""Messages to send later: kept in the outbox in the act that causes them, sent by `interop`."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from django.db.models import QuerySet

from reprieve.records import keys
from reprieve.records.models import OutboxMessage
from reprieve.records.queries import booking, clinics, reminder_choices
from reprieve.scheduling import reminders

CHANNELS = ("mail", "sms")
# These announce a visit: reminders of it follow, and are withdrawn with it.
ANNOUNCING = frozenset({"appointment_booked", "appointment_moved"})
REMINDER, DIARY, FORMS = "appointment_reminder", "diary_prompt", "form_prompt"
# These wait for the morning; a confirmation of what somebody has just done does not.
DISTURBING = frozenset({REMINDER, DIARY, FORMS})
# Where texts are handed in, of the environment; without it none go out.
GATEWAY = "REPRIEVE_SMS_URL"
# By this word, of the environment, a text gateway proves who it is; without it nothing comes in.
INBOUND = "REPRIEVE_SMS_INBOUND_TOKEN"
DIARY_AHEAD = timedelta(days=35)
DAY = timedelta(days=1)


def has_gateway() -> bool:
    """This function will tell whether texts can be sent at all."""
    return bool(os.environ.get(GATEWAY))


def enqueue(
    *,
    clinic: uuid.UUID,
    template: str,
    at: datetime,
    due_at: datetime | None = None,
    patient: uuid.UUID | None = None,
    appointment: uuid.UUID | None = None,
    to: str = "",
    channel: str = "mail",
    params: Mapping[str, Any] | None = None,
    key: uuid.UUID | None = None,
) -> uuid.UUID:
    """This function will keep a message to be sent when due, inside the caller's act.

    `to` empty means the address on file when it is sent; `params` go to the template. Both are
    encrypted. Words, subject and calendar entry are made when it is sent. The reminders of an
    announced visit are kept along with it. `key` is the message's own number where one follows
    from another message.
    """
    row = OutboxMessage(
        pk=key or uuid.uuid4(), clinic_id=clinic, channel=channel, template=template,
        patient_id=patient, appointment_id=appointment, created_at=at,
        due_at=due_at or at,
    )  # fmt: skip
    plain = orjson.dumps({"to": to, "params": dict(params or {})})
    row.ciphertext = keys.encrypt(clinic, plain, about=f"outbox:{row.pk}")
    row.save(force_insert=True)
    if template in ANNOUNCING and appointment is not None:
        _remind(clinic=clinic, patient=patient, appointment=appointment, at=at)
    return row.pk


def _remind(
    *, clinic: uuid.UUID, patient: uuid.UUID | None, appointment: uuid.UUID, at: datetime
) -> None:
    visit = booking.one(clinic=clinic, appointment=appointment)
    if visit is None:
        return
    found = reminders.appointment_reminders(
        start=visit.starts_at, booked_at=at, zone=clinics.clinic(clinic).timezone,
        routine=reminders.routine(),
    )  # fmt: skip
    for one in found:
        enqueue(
            clinic=clinic, template=REMINDER, at=at, due_at=one.due_at, patient=patient,
            appointment=appointment,
            params={"kind": one.kind, "expires_at": one.expires_at.isoformat()},
        )  # fmt: skip


def ask_diary(
    *,
    clinic: uuid.UUID,
    patient: uuid.UUID,
    infusions: Iterable[tuple[datetime, datetime]],
    at: datetime,
    path: str,
    series_ahead: date | None = None,
) -> int:
    """This function will keep the diary's prompts of the next five weeks, inside the caller's act.

    `infusions` are start and end of each of the series, `series_ahead` the first day of one that
    is booked; `path` is where the patient's own link leads. Prompts that still waited and are
    not wanted any more are withdrawn, and none is kept twice or once more after it was sent: it
    may be called after each infusion and each booking.
    """
    found = _prompts(clinic, patient, infusions, series_ahead)
    ahead = {
        key: one
        for key, one in found.items()
        if at < one.expires_at and one.due_at <= at + DIARY_AHEAD
    }
    asked = _asked(clinic, patient, ahead, at=at, path=path)
    for key, one in ahead.items():
        if key not in asked:
            enqueue(
                clinic=clinic, template=DIARY, at=at, due_at=one.due_at, patient=patient,
                params={
                    "kind": one.kind, "key": key, "due_at": one.due_at.isoformat(),
                    "expires_at": one.expires_at.isoformat(), "path": path,
                },
            )  # fmt: skip
    return len(ahead)


def end_diary(*, clinic: uuid.UUID, patient: uuid.UUID) -> None:
    """This function will withdraw the diary's prompts that still wait, inside the caller's act."""
    _waiting_diary(clinic, patient).update(state="withdrawn")


def _prompts(
    clinic: uuid.UUID, patient: uuid.UUID, infusions: Iterable[tuple[datetime, datetime]],
    series_ahead: date | None,
) -> dict[str, reminders.Reminder]:  # fmt: skip
    """The prompts by their key, one for a day and moment; none for who wants none."""
    chosen = reminder_choices.of(clinic=clinic, patient=patient)
    if not chosen.wanted:
        return {}
    zone = clinics.clinic(clinic).timezone
    own = reminders.at_evening(reminders.routine(), chosen.evening)
    before = (
        reminders.diary_before(first=series_ahead, zone=zone, routine=own) if series_ahead else ()
    )
    after = reminders.diary_prompts(infusions=infusions, zone=zone, routine=own)
    return {one.key: one for one in (*before, *after)}


def _asked(
    clinic: uuid.UUID, patient: uuid.UUID, wanted: Mapping[str, reminders.Reminder],
    *, at: datetime, path: str,
) -> set[str]:  # fmt: skip
    """The keys of what waits as it should or was sent; what waits otherwise is withdrawn."""
    keep = set()
    for row in _waiting_diary(clinic, patient):
        said = content(row)[1]
        one = wanted.get(said.get("key", ""))
        if one and (said["due_at"], said["path"]) == (one.due_at.isoformat(), path):
            keep.add(one.key)
        else:
            row.state = "withdrawn"
            row.save(update_fields=["state"])
    # What was sent lately may still be open: yesterday's evening is answered this morning.
    sent = OutboxMessage.of(clinic).filter(patient_id=patient, template=DIARY, due_at__gt=at - DAY)
    gone = sent.exclude(state__in=("waiting", "withdrawn", "expired"))
    return keep | {content(row)[1].get("key", "") for row in gone}


def _waiting_diary(clinic: uuid.UUID, patient: uuid.UUID) -> QuerySet[OutboxMessage]:
    rows = OutboxMessage.of(clinic).filter(patient_id=patient, template=DIARY, state="waiting")
    return rows.select_for_update()


def withdraw(*, clinic: uuid.UUID, appointment: uuid.UUID) -> int:
    """This function will withdraw what still waits about an appointment, inside an act."""
    rows = OutboxMessage.of(clinic).filter(appointment_id=appointment, state="waiting")
    return int(rows.update(state="withdrawn"))


def withdraw_all(*, clinic: uuid.UUID, patient: uuid.UUID) -> int:
    """This function will withdraw whatever still waits to be sent to a patient, inside an act.

    What goes to the staff about a patient names an address of its own, and goes out.
    """
    rows = OutboxMessage.of(clinic).filter(patient_id=patient, state="waiting")
    theirs = [row.pk for row in rows if not content(row)[0]]
    return int(OutboxMessage.of(clinic).filter(pk__in=theirs).update(state="withdrawn"))


def content(row: OutboxMessage) -> tuple[str, dict[str, Any]]:
    """This function will return a message's address (may be empty) and its parameters."""
    sealed = bytes(row.ciphertext)
    raw = orjson.loads(keys.decrypt(row.clinic_id, sealed, about=f"outbox:{row.pk}"))
    return raw["to"], raw["params"]
