"""The content of every table as a count and a hash, the same on both engines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import orjson
from django.apps import apps
from django.db import models, router

CHUNK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """One table: how many rows, and the SHA-256 over all of them in the order of their keys."""

    table: str
    rows: int
    sha256: str


def every(using: str | None = None) -> Iterator[Print]:
    """This function will take each table's print, in one database or where the router keeps it."""
    for model in tables():
        yield of(model, using or router.db_for_read(model))


def tables() -> list[type[models.Model]]:
    """This function will list the models of every table once, those between two models too."""
    found = {m._meta.db_table: m for m in apps.get_models(include_auto_created=True)}
    return [m for _name, m in sorted(found.items()) if m._meta.managed and not m._meta.proxy]


def of(model: type[models.Model], using: str) -> Print:
    """This function will take the print of one table."""
    digest, count = hashlib.sha256(), 0
    fields = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.using(using).order_by("pk").values_list(*fields)
    for row in rows.iterator(chunk_size=CHUNK):
        digest.update(_plain(row))
        count += 1
    return Print(table=model._meta.db_table, rows=count, sha256=digest.hexdigest())


def _plain(row: tuple[Any, ...]) -> bytes:
    said = [_value(value) for value in row]
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _value(value: Any) -> Any:
    """Engines give the same value in different dress: a zone, zeros at the end, a view of bytes."""
    if isinstance(value, memoryview | bytes):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str | float | bool | list | dict | None) else str(value)
