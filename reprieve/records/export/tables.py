"""Every table of a clinic as columns and rows: what is encrypted in the database is opened here.

Secrets stay: the clinic's key, passwords, and the marks by which links are recognised.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from types import MappingProxyType
from typing import Any

import orjson
from django.db import models as orm

from reprieve.records import frames, keys, models, traffic

# Of these nobody outside has a use, and somebody outside could do harm.
SECRET = frozenset(
    {"data_key", "password", "pin", "token_sha256", "bound_sha256", "signals"}
)
# Of the whole installation, of no clinic; it holds nothing that was recorded.
LEFT_OUT = frozenset({"Lease", "Change", "IdentityIndex"})
COMPRESSED = frozenset({"rawtraffic", "parkedmessage"})
SEALED = "ciphertext"
OPENED = "content"
CHUNK = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column and what it means.

    Kinds: text, whole, number, yes or no, moment, day, decimal, json.
    """

    name: str
    kind: str
    means: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: what a row is, its columns, and its rows when asked."""

    name: str
    means: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[tuple[Any, ...]]]


def every(clinic: uuid.UUID) -> Iterator[Table]:
    """This function will give each table of a clinic; rows are read when they are asked for."""
    for name in sorted(models.__all__):
        model: Any = getattr(models, name)
        if name not in LEFT_OUT and hasattr(model, "_meta"):
            packed = PACKED.get(name)
            yield packed(clinic) if packed else _table(model, clinic)


def attachments(clinic: uuid.UUID) -> Iterator[tuple[str, bytes]]:
    """This function will give each attached file's id and bytes."""
    for row in models.Attachment.of(clinic).iterator(chunk_size=20):
        yield str(row.pk), _decrypted(row, f"attachment:{row.pk}")


def _table(model: Any, clinic: uuid.UUID) -> Table:
    fields = [f for f in model._meta.concrete_fields if f.name not in SECRET]
    names = [OPENED if f.name == SEALED else str(f.attname) for f in fields]

    def rows() -> Iterator[tuple[Any, ...]]:
        found = _of(model, clinic).order_by("pk")
        for row in found.iterator(chunk_size=CHUNK):
            yield tuple(_opened(row) if f.name == SEALED else _cell(row, f) for f in fields)

    columns = zip(names, fields, strict=True)
    return Table(
        name=model._meta.model_name, means=_summary(model), rows=rows,
        columns=tuple(_column(name, field) for name, field in columns),
    )  # fmt: skip


def _of(model: Any, clinic: uuid.UUID) -> Any:
    if model is models.Clinic:
        return model.objects.filter(pk=clinic)
    if model is models.User:
        return model.objects.filter(practitioners__clinic_id=clinic).distinct()
    if model is models.DialectVersion:
        return model.objects.all()
    if model is models.AccessEntry:
        return model.objects.filter(clinic_uid=clinic)
    if model is models.AccessSeal:
        return model.objects.filter(clinic_uid=clinic)
    return model.of(clinic) if hasattr(model, "of") else model.objects.filter(clinic_id=clinic)


def _frames(clinic: uuid.UUID) -> Table:
    """Device values one by one: packed frames are of no use outside."""

    def rows() -> Iterator[tuple[Any, ...]]:
        links = models.DeviceAssociation.objects.filter(clinic_id=clinic).order_by("pk")
        for link in links.values_list("pk", flat=True):
            yield from _values(link, frames.read(link))

    return _unpacked("frame", "One value that a monitor sent.", of="association", rows=rows)


def _parked_frames(clinic: uuid.UUID) -> Table:
    def rows() -> Iterator[tuple[Any, ...]]:
        found = models.ParkedFrame.objects.filter(parked__clinic_id=clinic).order_by("pk")
        for frame in found.select_related("parked").iterator(chunk_size=CHUNK):
            yield from _parked_frame(clinic, frame)

    means = (
        "One value of a message that fitted nobody; without a value, its source says why there "
        "is none. Of a refused message the text."
    )
    return _unpacked("parkedframe", means, of="parked", rows=rows, text=True)


def _parked_frame(clinic: uuid.UUID, frame: Any) -> Iterator[tuple[Any, ...]]:
    packed, measured, recorded = bytes(frame.signals), frame.measured_ms, frame.recorded_ms
    if frame.parked.kind == "rejected":
        text = traffic.opened(clinic, packed, content_key=frame.content_key).decode("latin-1")
        yield frame.parked_id, "", "", None, recorded, recorded, text
        return
    values = frames.unpack(packed, measured_ms=measured, recorded_ms=recorded)
    for row in _values(frame.parked_id, values):
        yield *row, ""
    for one in frames.unpack_marks(packed, measured_ms=measured):
        yield frame.parked_id, one.signal, one.kind, None, one.at_ms, recorded, ""


def _values(of: int, found: Iterable[frames.Value]) -> Iterator[tuple[Any, ...]]:
    for one in found:
        yield of, one.signal, one.source, one.value, one.at_ms, one.recorded_ms


def _unpacked(
    name: str, means: str, *, of: str, rows: Callable[[], Iterator[tuple[Any, ...]]],
    text: bool = False,
) -> Table:
    kinds = {of: "whole", "signal": "text", "source": "text", "value": "decimal",
             "at_ms": "whole", "recorded_ms": "whole", **({"text": "text"} if text else {})}
    return Table(
        name=name, means=means, rows=rows,
        columns=tuple(
            Column(name=name, kind=kind, means=_means(name)) for name, kind in kinds.items()
        ),
    )  # fmt: skip


PACKED: Mapping[str, Callable[[uuid.UUID], Table]] = MappingProxyType(
    {"Frame": _frames, "ParkedFrame": _parked_frames}
)


ABOUT: Mapping[str, Callable[[Any], str]] = MappingProxyType({
    "patientidentity": lambda row: f"identity:{row.pk}",
    "note": lambda row: f"note:{row.pk}",
    "attachment": lambda row: f"attachment:{row.pk}",
    "outboxmessage": lambda row: f"outbox:{row.pk}",
    "parkedmessage": lambda row: f"parked:{bytes(row.content_key).hex()}",
    "rawtraffic": lambda _row: "raw",
})  # fmt: skip


def _opened(row: Any) -> str:
    """An attachment's bytes are files of their own: here stands where."""
    kind = row._meta.model_name
    if kind == "attachment":
        return f"attachments/{row.pk}"
    plain = _decrypted(row, ABOUT[kind](row))
    return (traffic.unpacked(plain) if kind in COMPRESSED else plain).decode()


def _decrypted(row: Any, about: str) -> bytes:
    return keys.decrypt(row.clinic_id, bytes(row.ciphertext), about=about)


def _cell(row: Any, field: Any) -> Any:
    value = getattr(row, field.attname)
    if isinstance(value, uuid.UUID | time):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(field, orm.JSONField):
        return None if value is None else orjson.dumps(value).decode()
    return value


def _column(name: str, field: Any) -> Column:
    if field.name == SEALED:
        return Column(name=name, kind="text", means="what was encrypted, opened")
    if field.is_relation:
        target = field.related_model._meta.model_name
        kind = "whole" if _kind(field.target_field) == "whole" else "text"
        return Column(name=name, kind=kind, means=f"the row of {target} that this belongs to")
    return Column(name=name, kind=_kind(field), means=_means(name))


KINDS: tuple[tuple[Any, str], ...] = (
    (orm.BooleanField, "yes or no"), (orm.DateTimeField, "moment"), (orm.DateField, "day"),
    (orm.DecimalField, "decimal"), (orm.JSONField, "json"), (orm.IntegerField, "whole"),
    (orm.FloatField, "number"),
)  # fmt: skip


def _kind(field: Any) -> str:
    return next((word for kind, word in KINDS if isinstance(field, kind)), "text")


UNITS = {
    "_ug_per_h": "micrograms an hour", "_ug_per_ml": "micrograms in a millilitre",
    "_ug": "micrograms", "_ul": "microlitres", "_ms": "milliseconds since 1970-01-01 UTC",
    "_min": "minutes", "_g": "grams", "_mg_per_day": "milligrams a day",
    "_mg_per_dose": "milligrams of one dose", "_sha256": "SHA-256",
}  # fmt: skip
SAID = {
    "id": "the row's own key", "recorded_at": "when it was written down",
    "measured_at": "when it was seen or said", "provenance": "typed, device, patient or imported",
    "fits": "whether the model explained the diary",
    "value": "the value, in the row's unit", "unit": "the unit, in UCUM",
    "code": "what the value is: the product's name for it", "knowledge": "version of the data used",
    "dose_text": "the dose; entered-in-error: what it corrects was not given",
    "outcome": "outcome; of a side effect, entered-in-error: what it corrects did not happen",
}  # fmt: skip


def _means(name: str) -> str:
    """The column's name is its meaning in plain words; the ending of a number is its unit."""
    if name in SAID:
        return SAID[name]
    words = name.replace("_", " ")
    for ending, unit in UNITS.items():
        if name.endswith(ending):
            return f"{words.removesuffix(ending.replace('_', ' '))}, {unit}"
    return words


def _summary(model: Any) -> str:
    return str((model.__doc__ or "").strip().splitlines()[0])
