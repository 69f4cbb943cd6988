"""Messages as a list: what waits, what went out, what failed and why. Never what they say."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reprieve.records.models import OutboxAttempt, OutboxMessage

PAGE = 100
# Failures first, since somebody must act on them; then what is under way; then what is over.
ORDER = ("failed", "waiting", "sent", "arrived", "kept", "expired", "withdrawn")
# A mail in place of a text that failed, in one of these states, leaves nobody to call.
UNDER_WAY = frozenset({"waiting", "sent", "kept"})
LATELY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxView:
    """One message. `error` is of the last try; `due_at` is the next try or when it ended.

    `then` is the mail in place of a text that failed, `is_instead` marks that mail.
    """

    id: uuid.UUID
    template: str
    channel: str
    patient: uuid.UUID | None
    created_at: datetime
    due_at: datetime
    state: str
    attempts: int
    error: str
    is_instead: bool = False
    then: OutboxView | None = None

    @property
    def is_open(self) -> bool:
        """Whether it failed and nothing went out in its place: somebody has to call."""
        gone = self.then is not None and self.then.state in UNDER_WAY
        return self.state == "failed" and not gone


def mail_instead(message: uuid.UUID) -> uuid.UUID:
    """This function will number the one mail that may go in place of a text."""
    return uuid.uuid5(message, "mail")


def listed(
    *, clinic: uuid.UUID, states: Iterable[str] = ORDER, most: int = PAGE
) -> list[OutboxView]:
    """This function will list messages by state, the newest of each first, at most `most` each."""
    found: list[OutboxMessage] = []
    for state in states:
        rows = OutboxMessage.of(clinic).filter(state=state)
        by = "due_at" if state == "waiting" else "-due_at"
        found += rows.order_by(by, "id")[:most]
    return _views(clinic, found)


def failed_lately(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[OutboxView]:
    """This function will list a patient's messages that failed, the newest first, a few of them."""
    rows = OutboxMessage.of(clinic).filter(patient_id=patient, state="failed")
    return _views(clinic, list(rows.order_by("-due_at", "id")[:LATELY]))


def count(*, clinic: uuid.UUID, state: str) -> int:
    """This function will count the messages in a state."""
    return OutboxMessage.of(clinic).filter(state=state).count()


def count_open(*, clinic: uuid.UUID) -> int:
    """This function will count the messages that failed and have nothing in their place."""
    texts = OutboxMessage.of(clinic).filter(state="failed", channel="sms")
    keys = [mail_instead(key) for key in texts.values_list("pk", flat=True)]
    gone = OutboxMessage.of(clinic).filter(pk__in=keys, state__in=UNDER_WAY)
    return count(clinic=clinic, state="failed") - gone.count()


def _views(clinic: uuid.UUID, rows: Sequence[OutboxMessage]) -> list[OutboxView]:
    texts = {mail_instead(row.pk): row.pk for row in rows if row.channel == "sms"}
    mails = list(OutboxMessage.of(clinic).filter(pk__in=texts))
    errors = _errors(clinic, [row.pk for row in (*rows, *mails)])
    instead = {texts[row.pk]: _view(row, errors.get(row.pk, "")) for row in mails}
    keys = {row.pk for row in mails}
    return [
        replace(
            _view(row, errors.get(row.pk, "")), then=instead.get(row.pk), is_instead=row.pk in keys
        )
        for row in rows
    ]


def _errors(clinic: uuid.UUID, ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    tries = OutboxAttempt.of(clinic).filter(message_id__in=ids).order_by("recorded_at", "id")
    return dict(tries.values_list("message_id", "error"))


def _view(row: OutboxMessage, error: str) -> OutboxView:
    return OutboxView(
        id=row.pk, template=row.template, channel=row.channel, patient=row.patient_id,
        created_at=row.created_at, due_at=row.due_at, state=row.state, attempts=row.attempts,
        error=error,
    )  # fmt: skip
