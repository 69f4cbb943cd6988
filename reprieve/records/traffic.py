"""What monitors sent, word for word and encrypted, for a day."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Sequence

import orjson

from reprieve.records import keys, statements
from reprieve.records.batch_rows import key
from reprieve.records.models import RawTraffic

_INSERT = (
    'INSERT INTO "records_rawtraffic" ("clinic_id", "received_ms", "ciphertext") '
    "VALUES (%s, %s, %s)"
)


def keep(clinic: uuid.UUID, said: Sequence[tuple[int, str, bytes]]) -> None:
    """This function will keep messages of one batch: received (UTC ms), sender, bytes."""
    text = orjson.dumps([[ms, sender, raw.decode("latin-1")] for ms, sender, raw in said])
    sealed = keys.encrypt(clinic, packed(text), about="raw")
    statements.rows(_INSERT, [key(clinic), max(ms for ms, _, _ in said), sealed])


def forget(*, before_ms: int) -> None:
    """This function will remove what was received before a moment."""
    RawTraffic.objects.filter(received_ms__lt=before_ms).delete()


def sealed(clinic: uuid.UUID, raw: bytes, *, content_key: int) -> bytes:
    """This function will encrypt the text of a refused message, for the row of its minute."""
    return keys.encrypt(clinic, zlib.compress(raw, 1), about=f"refused:{content_key}")


def opened(clinic: uuid.UUID, text: bytes, *, content_key: int) -> bytes:
    """This function will return the text of a refused message."""
    return zlib.decompress(keys.decrypt(clinic, text, about=f"refused:{content_key}"))


def packed(text: bytes) -> bytes:
    """This function will make JSON small before it is encrypted."""
    return zlib.compress(text, 1)


def unpacked(content: bytes) -> bytes:
    """This function will return the JSON; earlier versions kept parked messages as they were."""
    return content if content.startswith(b"{") else zlib.decompress(content)
