"""What the monitors sent, written down: charted on the linked patient, or parked and shown.

One batch is one transaction with a savepoint for each message, so that one bad message harms no
other. A value outside its link's interval, or of a monitor that names another patient, is
attached to nobody.
"""

from __future__ import annotations

import hashlib
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import orjson
from django.db import DatabaseError, transaction

from reprieve.monitoring.vitals import Reading
from reprieve.pathway import alarm_fold
from reprieve.pathway.clock import moment
from reprieve.records import changes, frames, keys
from reprieve.records.models import (
    Device,
    DeviceAssociation,
    DialectVersion,
    ParkedMessage,
    RawTraffic,
    Signature,
    UnmappedCode,
)

KEY_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One reading as mapped. `at_ms` None: the message holds no usable time."""

    signal: str
    value: Decimal
    at_ms: int | None
    source: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCharted:
    """Something in a message that is no measurement, and why."""

    code: str
    value: str
    reason: str
    kind: str
    signal: str | None = None
    at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMessage:
    """One message of one monitor, mapped but matched with nobody."""

    raw: bytes
    received_ms: int
    sender: str
    bed: str = ""
    patient_ids: tuple[str, ...] = ()
    readings: tuple[Sent, ...] = ()
    not_charted: tuple[NotCharted, ...] = ()
    alerts: tuple[dict[str, str], ...] = ()
    training: bool = False
    rejected: str = ""
    dialect: str = ""
    dialect_sha256: str = ""


@dataclass(slots=True)
class _Batch:
    """What one batch needs once: links in force, devices, closed records, what to fold."""

    clinic: uuid.UUID
    links: dict[uuid.UUID, list[DeviceAssociation]]
    signed: set[uuid.UUID]
    devices: dict[tuple[str, str], uuid.UUID]
    folds: dict[uuid.UUID, list[Reading]] = field(default_factory=dict)


def receive(batch: Sequence[FeedMessage], *, clinic: uuid.UUID) -> list[str]:
    """This function will store a batch durably and say of each message how it ended.

    The answers are `charted`, `repeated`, `parked`, `training` or `failed`; only `failed` was
    not stored and must not be acknowledged as stored.
    """
    with transaction.atomic():
        state = _open(clinic)
        ends = [_one(message, state) for message in batch]
        _keep_raw(batch, clinic)
        recorded = max(m.received_ms for m in batch)
        for encounter, readings in state.folds.items():
            alarm_fold.fold_readings(
                clinic=clinic, encounter=encounter, readings=readings, recorded_ms=recorded
            )
            changes.announce(clinic=clinic, topic="infusion", subject=encounter, at_ms=recorded)
    return ends


def _open(clinic: uuid.UUID) -> _Batch:
    links: dict[uuid.UUID, list[DeviceAssociation]] = {}
    for link in DeviceAssociation.objects.filter(clinic_id=clinic).order_by("from_ms"):
        links.setdefault(link.device_id, []).append(link)
    closed = Signature.of(clinic).filter(meaning="record", encounter__isnull=False)
    return _Batch(
        clinic=clinic,
        links=links,
        signed=set(closed.values_list("encounter_id", flat=True)),
        devices={
            (sender, bed): pk
            for pk, sender, bed in Device.of(clinic).values_list("id", "sender", "bed")
        },
    )


def _one(message: FeedMessage, batch: _Batch) -> str:
    try:
        with transaction.atomic():
            return _store(message, batch)
    except (DatabaseError, ValueError, OverflowError):
        return "failed"


def _store(message: FeedMessage, batch: _Batch) -> str:
    if message.training:
        _park(message, batch.clinic, kind="training", reason="training mode", once_a_day=True)
        return "training"
    device = _device(message, batch)
    _list_unmapped(message, batch.clinic)
    if message.rejected:
        return _park(message, batch.clinic, kind="rejected", reason=message.rejected)
    if message.alerts:
        _park(message, batch.clinic, kind="alert", reason=message.alerts[0].get("text", "alert"))
    if not message.readings and not message.not_charted:
        return "charted" if message.alerts else "repeated"
    link, reason = _link_for(message, batch.links.get(device, []), batch.signed)
    if link is None:
        return _park(message, batch.clinic, kind="unmatched", reason=reason)
    return _chart(message, link, batch)


def _device(message: FeedMessage, batch: _Batch) -> uuid.UUID:
    key = (message.sender[:120], message.bed[:80])
    if key not in batch.devices:
        row, _ = Device.objects.every().get_or_create(
            clinic_id=batch.clinic,
            sender=key[0],
            bed=key[1],
            defaults={"seen_first": moment(message.received_ms)},
        )
        batch.devices[key] = row.pk
    return batch.devices[key]


def _link_for(
    message: FeedMessage, links: list[DeviceAssociation], signed: set[uuid.UUID]
) -> tuple[DeviceAssociation | None, str]:
    """The link that covers every reading of the message, and whose patient it does not deny."""
    times = [v.at_ms for v in (*message.readings, *message.not_charted) if v.at_ms is not None]
    if not times:
        return None, "the message does not say when"
    for link in links:
        until = link.until_ms if link.until_ms is not None else frames.FOREVER_MS
        if not link.from_ms <= min(times) <= max(times) < until:
            continue
        if link.encounter_id in signed:
            return None, "the record is signed"
        if _contradicts(message.patient_ids, link.patient_ids):
            return None, "the monitor names another patient"
        return link, ""
    return None, "no patient was linked to this monitor at that time"


def _contradicts(said: Sequence[str], linked: Sequence[str]) -> bool:
    return bool(said) and bool(linked) and not {_bare(s) for s in said} & {_bare(s) for s in linked}


def _bare(identifier: str) -> str:
    """Monitors pad numbers with noughts; `007` and `7` are the same record number."""
    return identifier.strip().lstrip("0").upper() or "0"


def _chart(message: FeedMessage, link: DeviceAssociation, batch: _Batch) -> str:
    timed = [v for v in message.readings if v.at_ms is not None]
    known = [v for v in timed if v.signal in frames.SIGNALS]
    new = True
    if known:
        frame = frames.NewFrame(
            association=link.pk,
            recorded_ms=message.received_ms,
            dialect=_dialect(message),
            values=tuple(
                frames.Value(signal=v.signal, value=v.value, at_ms=v.at_ms or 0, source=v.source)
                for v in known
            ),
        )
        new = frames.insert([frame])[0]
    if new:
        heard = [_reading(v, message) for v in timed]
        heard += [_no_value(v, message) for v in message.not_charted if _is_telling(v)]
        batch.folds.setdefault(link.encounter_id, []).extend(heard)
    return "charted" if new else "repeated"


def _reading(sent: Sent, message: FeedMessage) -> Reading:
    flags = {"arterial"} & {sent.source}
    return Reading(
        signal=sent.signal,
        value=float(sent.value),
        at_ms=sent.at_ms or message.received_ms,
        recorded_ms=message.received_ms,
        device=message.sender,
        flags=frozenset(flags),
    )


def _is_telling(value: NotCharted) -> bool:
    """A zero or a withheld value of a vital sign is a technical alarm, never a measurement."""
    return value.signal is not None and value.kind in {"zero", "no value", "marker"}


def _no_value(value: NotCharted, message: FeedMessage) -> Reading:
    zero = value.kind == "zero"
    return Reading(
        signal=value.signal or "",
        value=0.0 if zero else -1.0,
        at_ms=value.at_ms or message.received_ms,
        recorded_ms=message.received_ms,
        device=message.sender,
        flags=frozenset() if zero else frozenset({"no_value"}),
    )


def _dialect(message: FeedMessage) -> int:
    row, _ = DialectVersion.objects.get_or_create(
        name=message.dialect[:60], sha256=message.dialect_sha256[:64]
    )
    return int(row.pk)


def _park(
    message: FeedMessage, clinic: uuid.UUID, *, kind: str, reason: str, once_a_day: bool = False
) -> str:
    said = _daily(message) if once_a_day else message.raw
    key = hashlib.sha256(kind.encode() + said).digest()[:KEY_BYTES]
    times = [v.at_ms for v in (*message.readings, *message.not_charted) if v.at_ms is not None]
    ParkedMessage.objects.get_or_create(
        clinic_id=clinic,
        content_key=key,
        defaults={
            "received_ms": message.received_ms,
            "measured_ms": max(times, default=None),
            "sender": message.sender[:120],
            "bed": message.bed[:80],
            "kind": kind,
            "reason": reason[:200],
            "ciphertext": keys.encrypt(clinic, message.raw, about=f"parked:{key.hex()}"),
        },
    )
    return "parked"


def _daily(message: FeedMessage) -> bytes:
    """Training traffic is shown once a day and sender: it is not a record of anybody."""
    return f"{message.sender}|{message.bed}|{message.received_ms // 86_400_000}".encode()


def _list_unmapped(message: FeedMessage, clinic: uuid.UUID) -> None:
    for value in message.not_charted:
        if value.kind == "unmapped":
            UnmappedCode.objects.every().get_or_create(
                clinic_id=clinic,
                sender=message.sender[:120],
                code=value.code[:160],
                defaults={"first_ms": message.received_ms, "example": value.value[:80]},
            )


def _keep_raw(batch: Sequence[FeedMessage], clinic: uuid.UUID) -> None:
    """All traffic of a day, so that a question about yesterday's values can be answered."""
    text = orjson.dumps([[m.received_ms, m.sender, m.raw.decode("latin-1")] for m in batch])
    RawTraffic.objects.create(
        clinic_id=clinic,
        received_ms=max(m.received_ms for m in batch),
        ciphertext=keys.encrypt(clinic, zlib.compress(text, 1), about="raw"),
    )


def forget_raw(*, before: datetime) -> None:
    """This function will remove raw traffic older than a day; parked messages stay."""
    RawTraffic.objects.filter(received_ms__lt=int(before.timestamp() * 1000)).delete()
