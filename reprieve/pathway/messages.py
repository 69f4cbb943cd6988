"""Messages to send later: kept in the outbox in the act that causes them, sent by `interop`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from reprieve.records import keys
from reprieve.records.models import OutboxMessage

CHANNELS = ("mail", "sms")


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
) -> uuid.UUID:
    """This function will keep a message to be sent when due, inside the caller's act.

    `to` empty means the address on file when it is sent; `params` go to the template. Both are
    encrypted. Words, subject and calendar entry are made when it is sent.
    """
    row = OutboxMessage(
        clinic_id=clinic, channel=channel, template=template, patient_id=patient,
        appointment_id=appointment, created_at=at, due_at=due_at or at,
    )  # fmt: skip
    plain = orjson.dumps({"to": to, "params": dict(params or {})})
    row.ciphertext = keys.encrypt(clinic, plain, about=f"outbox:{row.pk}")
    row.save(force_insert=True)
    return row.pk


def withdraw(*, clinic: uuid.UUID, appointment: uuid.UUID) -> int:
    """This function will withdraw what still waits about an appointment, inside an act."""
    rows = OutboxMessage.of(clinic).filter(appointment_id=appointment, state="waiting")
    return int(rows.update(state="withdrawn"))


def content(row: OutboxMessage) -> tuple[str, dict[str, Any]]:
    """This function will return a message's address (may be empty) and its parameters."""
    raw = orjson.loads(keys.decrypt(row.clinic_id, row.ciphertext, about=f"outbox:{row.pk}"))
    return raw["to"], raw["params"]
