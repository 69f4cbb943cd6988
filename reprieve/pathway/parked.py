"""What is kept of a message that could not be charted: its bytes and how they were read."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import orjson

from reprieve.pathway.feed_batch import times
from reprieve.pathway.feed_values import FeedMessage, NotCharted, Sent
from reprieve.records import keys, traffic
from reprieve.records.models import ParkedMessage

KEY_BYTES = 16
DAY_MS = 86_400_000
MINUTE_MS = 60_000


def row(
    message: FeedMessage, *, clinic: uuid.UUID, kind: str, reason: str, key: bytes = b""
) -> ParkedMessage:
    """This function will make the row of a message that could not be charted, not yet stored.

    Of messages with one `key` the first is kept; without one, every message that reads differently.
    """
    key = key or key_of(kind, message.raw)
    return ParkedMessage(
        clinic_id=clinic,
        content_key=key,
        received_ms=message.received_ms,
        measured_ms=max(times(message), default=None),
        sender=message.sender[:120],
        bed=message.bed[:80],
        kind=kind,
        reason=reason[:200],
        ciphertext=keys.encrypt(clinic, packed(message), about=about(key)),
    )


def key_of(kind: str, said: bytes) -> bytes:
    """This function will key a parked message by its kind and what tells it from the others."""
    return hashlib.sha256(kind.encode() + said).digest()[:KEY_BYTES]


def of_the_day(message: FeedMessage) -> bytes:
    """This function will key training traffic by day and sender: it is a record of nobody."""
    said = f"{message.sender}|{message.bed}|{message.received_ms // DAY_MS}"
    return key_of("training", said.encode())


def write(rows: Sequence[ParkedMessage]) -> None:
    """This function will store parked messages; one that was parked before is left as it is."""
    if rows:
        ParkedMessage.objects.bulk_create(rows, ignore_conflicts=True)


def about(content_key: bytes) -> str:
    """This function will name what a parked message's ciphertext is bound to."""
    return f"parked:{content_key.hex()}"


def packed(message: FeedMessage) -> bytes:
    """This function will write a message and its reading as bytes to be encrypted."""
    plain = {**asdict(message), "raw": message.raw.decode("latin-1")}
    return traffic.packed(orjson.dumps(plain, default=str))


def opened(row: ParkedMessage) -> FeedMessage:
    """This function will decrypt a parked message with its reading."""
    content = keys.decrypt(row.clinic_id, row.ciphertext, about=about(bytes(row.content_key)))
    plain: dict[str, Any] = orjson.loads(traffic.unpacked(content))
    sent = [{**v, "value": Decimal(v["value"]), "flags": tuple(v["flags"])}
            for v in plain.pop("readings")]  # fmt: skip
    return FeedMessage(
        raw=plain.pop("raw").encode("latin-1"),
        readings=tuple(Sent(**v) for v in sent),
        not_charted=tuple(NotCharted(**v) for v in plain.pop("not_charted")),
        patient_ids=tuple(plain.pop("patient_ids")),
        alerts=tuple(plain.pop("alerts")),
        **plain,
    )


def find(*, clinic: uuid.UUID, number: int) -> ParkedMessage | None:
    """This function will return a parked message of the clinic by its number."""
    return ParkedMessage.objects.filter(clinic_id=clinic, pk=number).first()
