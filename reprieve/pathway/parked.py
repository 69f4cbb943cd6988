"""What is kept of a message that could not be charted: its bytes and how they were read."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import orjson

from reprieve.pathway.feed_values import FeedMessage, NotCharted, Sent
from reprieve.records import keys
from reprieve.records.models import ParkedMessage


def about(content_key: bytes) -> str:
    """This function will name what a parked message's ciphertext is bound to."""
    return f"parked:{content_key.hex()}"


def packed(message: FeedMessage) -> bytes:
    """This function will write a message and its reading as bytes to be encrypted."""
    plain = {**asdict(message), "raw": message.raw.decode("latin-1")}
    return orjson.dumps(plain, default=str)


def opened(row: ParkedMessage) -> FeedMessage:
    """This function will decrypt a parked message with its reading."""
    content = keys.decrypt(row.clinic_id, row.ciphertext, about=about(bytes(row.content_key)))
    plain: dict[str, Any] = orjson.loads(content)
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
