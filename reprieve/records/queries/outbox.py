"""Messages as a list: what waits, what went out, what failed and why. Never what they say."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reprieve.records.models import OutboxAttempt, OutboxMessage

PAGE = 100
# Failures first, since somebody must act on them; then what is under way; then what is over.
ORDER = ("failed", "waiting", "sent", "arrived", "kept", "expired", "withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxView:
    """One message. `error` is of the last try; `due_at` is the next try or when it ended."""

    id: uuid.UUID
    template: str
    channel: str
    patient: uuid.UUID | None
    created_at: datetime
    due_at: datetime
    state: str
    attempts: int
    error: str


def listed(
    *, clinic: uuid.UUID, states: Iterable[str] = ORDER, most: int = PAGE
) -> list[OutboxView]:
    """This function will list messages by state, the newest of each first, at most `most` each."""
    found: list[OutboxMessage] = []
    for state in states:
        rows = OutboxMessage.of(clinic).filter(state=state)
        by = "due_at" if state == "waiting" else "-due_at"
        found += rows.order_by(by, "id")[:most]
    errors = _errors(clinic, [row.pk for row in found])
    return [_view(row, errors.get(row.pk, "")) for row in found]


def count(*, clinic: uuid.UUID, state: str) -> int:
    """This function will count the messages in a state."""
    return OutboxMessage.of(clinic).filter(state=state).count()


def _errors(clinic: uuid.UUID, ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    tries = OutboxAttempt.of(clinic).filter(message_id__in=ids).order_by("recorded_at", "id")
    return dict(tries.values_list("message_id", "error"))


def _view(row: OutboxMessage, error: str) -> OutboxView:
    return OutboxView(
        id=row.pk, template=row.template, channel=row.channel, patient=row.patient_id,
        created_at=row.created_at, due_at=row.due_at, state=row.state, attempts=row.attempts,
        error=error,
    )  # fmt: skip
