"""What the monitors sent, written down: charted on the linked patient, or parked and shown.

One batch is one transaction with a savepoint for each message, so that one bad message harms no
other. A value outside its link's interval, or of a monitor that names another patient, is
attached to nobody.
"""

from __future__ import annotations

import hashlib
import struct
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import orjson
from django.db import DatabaseError, transaction

from reprieve.knowledge import N_
from reprieve.monitoring import events as ev
from reprieve.monitoring.vitals import Reading
from reprieve.pathway import alarm_fold, monitor_clocks, monitor_links, parked
from reprieve.pathway.clock import moment
from reprieve.pathway.feed_values import FeedMessage, NotCharted, Sent
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

__all__ = ["FeedMessage", "NotCharted", "Sent", "chart_parked", "forget_raw", "receive"]

KEY_BYTES = 16
ANOTHER = N_("the monitor names another patient")


@dataclass(slots=True)
class _Batch:
    """What one batch needs once: links in force, devices, closed records, what to fold."""

    clinic: uuid.UUID
    links: dict[uuid.UUID, list[DeviceAssociation]]
    signed: set[uuid.UUID]
    devices: dict[tuple[str, str], uuid.UUID]
    dialects: dict[tuple[str, str], int] = field(default_factory=dict)
    folds: dict[uuid.UUID, list[ev.Event]] = field(default_factory=dict)

    def tell(self, encounter: uuid.UUID, *events: ev.Event) -> None:
        """Keep what an infusion's alarms must hear at the end of the batch."""
        self.folds.setdefault(encounter, []).extend(events)


def receive(batch: Sequence[FeedMessage], *, clinic: uuid.UUID) -> list[str]:
    """This function will store a batch durably and say of each message how it ended.

    The answers are `charted`, `repeated`, `parked`, `training` or `failed`; only `failed` was
    not stored and must not be acknowledged as stored.
    """
    with transaction.atomic():
        state = _open(clinic, batch)
        ends = [_one(message, state) for message in batch]
        _keep_raw(batch, clinic)
        recorded = max(m.received_ms for m in batch)
        events = {visit: sorted(told, key=_when) for visit, told in state.folds.items()}
        if events:
            alarm_fold.fold_many(clinic=clinic, events=events, recorded_ms=recorded)
        for encounter in events:
            changes.announce(clinic=clinic, topic="infusion", subject=encounter, at_ms=recorded)
    return ends


def _when(event: ev.Event) -> tuple[int, int, str]:
    if isinstance(event, Reading):
        return event.recorded_ms, event.at_ms, event.signal
    return event.at_ms, event.at_ms, ""


def chart_parked(
    message: FeedMessage, *, clinic: uuid.UUID, encounter: uuid.UUID, by: uuid.UUID, now_ms: int
) -> str:
    """This function will chart a parked message on a visit that a person chose, inside an act.

    The monitor is linked for the message's own moments only. Answers as `receive` does.
    """
    batch = _open(clinic, [message])
    device = _device(message, batch)
    times = [v.at_ms for v in message.readings if v.at_ms is not None]
    link = DeviceAssociation.objects.create(
        clinic_id=clinic, device_id=device, encounter_id=encounter, by_id=by,
        patient_ids=list(message.patient_ids), from_ms=min(times), until_ms=max(times) + 1,
    )  # fmt: skip
    end = _chart(replace(message, received_ms=now_ms), link, batch)
    for visit, events in batch.folds.items():
        alarm_fold.fold(clinic=clinic, encounter=visit, events=events, recorded_ms=now_ms)
        changes.announce(clinic=clinic, topic="infusion", subject=visit, at_ms=now_ms)
    return end


def _open(clinic: uuid.UUID, messages: Sequence[FeedMessage]) -> _Batch:
    """Load what the batch can touch: links that were not over before its earliest moment."""
    earliest = min((t for m in messages for t in _times(m)), default=0)
    rows = DeviceAssociation.objects.filter(clinic_id=clinic).exclude(until_ms__lte=earliest)
    links: dict[uuid.UUID, list[DeviceAssociation]] = {}
    visits = set()
    for link in rows.order_by("from_ms"):
        links.setdefault(link.device_id, []).append(link)
        visits.add(link.encounter_id)
    closed = Signature.of(clinic).filter(meaning="record", encounter_id__in=visits)
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
    except struct.error:
        # Too large or too far apart for a frame: kept whole, since a retry would end the same.
        return _park(message, batch.clinic, kind="rejected", reason=N_("a value cannot be stored"))
    except (DatabaseError, ValueError, OverflowError):
        return "failed"


def _store(message: FeedMessage, batch: _Batch) -> str:
    if message.training:
        _park(message, batch.clinic, kind="training", reason=N_("training mode"), once_a_day=True)
        return "training"
    device = _device(message, batch)
    _list_unmapped(message, batch.clinic)
    if message.rejected:
        return _park(message, batch.clinic, kind="rejected", reason=message.rejected)
    if message.alerts:
        _park(message, batch.clinic, kind="alert", reason=message.alerts[0].get("text", "alert"))
        for one in batch.links.get(device, []):
            if one.until_ms is None:
                batch.tell(one.encounter_id)  # shown beside our own alarms
    if not message.readings and not message.not_charted:
        return "charted" if message.alerts else "repeated"
    behind = _clock(message, device, batch)
    link, reason = _link_for(message, batch.links.get(device, []), batch.signed, behind)
    if reason == ANOTHER and link is not None:
        about, says = monitor_links.ANOTHER_PATIENT
        named = ev.Raised(at_ms=message.received_ms, about=about, says=says, lasts=True)
        batch.tell(link.encounter_id, named)
        return _park(message, batch.clinic, kind="contradiction", reason=reason)
    if link is None or reason:
        return _park(message, batch.clinic, kind="unmatched", reason=reason)
    return _chart(message, link, batch, behind_ms=behind)


def _clock(message: FeedMessage, device: uuid.UUID, batch: _Batch) -> int:
    """Learn how far the monitor's clock is behind; 0 unless it is so wrong that it matters.

    Its patient's alarms are told: charted times stay the monitor's own until somebody sets it.
    """
    times = _times(message)
    if not times:
        return 0
    arrived = message.received_ms
    behind = monitor_clocks.learn(device, measured_ms=max(times), received_ms=arrived)
    heard = monitor_clocks.event(behind, at_ms=arrived)
    for link in batch.links.get(device, []):
        if link.until_ms is None and heard is not None:
            batch.tell(link.encounter_id, heard)
    return behind if behind is not None and monitor_clocks.is_wrong(behind) else 0


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
    message: FeedMessage,
    links: list[DeviceAssociation],
    signed: set[uuid.UUID],
    behind_ms: int,
) -> tuple[DeviceAssociation | None, str]:
    """The link that covers every reading of the message, and why it may not be charted there.

    A wrong clock must not give one patient's values to the patient before: the link has to cover
    what the clock said and what it should have said.
    """
    said = _times(message)
    if not said:
        return None, N_("the message does not say when")
    times = [*said, *(at_ms + behind_ms for at_ms in said)]
    for link in links:
        until = link.until_ms if link.until_ms is not None else frames.FOREVER_MS
        if not link.from_ms <= min(times) <= max(times) < until:
            continue
        if link.encounter_id in signed:
            return link, N_("the record is signed")
        if _contradicts(message.patient_ids, link.patient_ids):
            return link, ANOTHER
        return link, ""
    if behind_ms:
        return None, "the monitor's clock is wrong: nobody was linked at the time it says"
    return None, N_("no patient was linked to this monitor at that time")


def _times(message: FeedMessage) -> list[int]:
    said = [v.at_ms for v in message.readings] + [v.at_ms for v in message.not_charted]
    return [at_ms for at_ms in said if at_ms is not None]


def _contradicts(said: Sequence[str], linked: Sequence[str]) -> bool:
    return bool(said) and bool(linked) and not {_bare(s) for s in said} & {_bare(s) for s in linked}


def _bare(identifier: str) -> str:
    """Monitors pad numbers with noughts; `007` and `7` are the same record number."""
    return identifier.strip().lstrip("0").upper() or "0"


def _chart(
    message: FeedMessage, link: DeviceAssociation, batch: _Batch, *, behind_ms: int = 0
) -> str:
    timed = [v for v in message.readings if v.at_ms is not None]
    known = [v for v in timed if v.signal in frames.SIGNALS]
    new = True
    if known:
        frame = frames.NewFrame(
            association=link.pk,
            recorded_ms=message.received_ms,
            dialect=_dialect(message, batch),
            values=tuple(
                frames.Value(signal=v.signal, value=v.value, at_ms=v.at_ms or 0, source=v.source)
                for v in known
            ),
        )
        new = frames.insert([frame])[0]
    if new:
        heard = [_reading(v, message) for v in timed]
        heard += [_no_value(v, message) for v in message.not_charted if _is_telling(v)]
        # The alarms are about now: they hear when a value was measured by our clock.
        heard = [replace(one, at_ms=one.at_ms + behind_ms) for one in heard]
        about, says = monitor_links.ANOTHER_PATIENT
        ended = ev.Ended(at_ms=message.received_ms, about=about, says=says)
        batch.tell(link.encounter_id, *heard, ended)
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


def _dialect(message: FeedMessage, batch: _Batch) -> int:
    key = (message.dialect[:60], message.dialect_sha256[:64])
    if key not in batch.dialects:
        row, _ = DialectVersion.objects.get_or_create(name=key[0], sha256=key[1])
        batch.dialects[key] = int(row.pk)
    return batch.dialects[key]


def _park(
    message: FeedMessage, clinic: uuid.UUID, *, kind: str, reason: str, once_a_day: bool = False
) -> str:
    said = _daily(message) if once_a_day else message.raw
    key = hashlib.sha256(kind.encode() + said).digest()[:KEY_BYTES]
    times = _times(message)
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
            "ciphertext": keys.encrypt(clinic, parked.packed(message), about=parked.about(key)),
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
