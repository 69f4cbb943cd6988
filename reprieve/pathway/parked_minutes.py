"""Messages that fit nobody, by the minute: one is kept whole, and the values of every one.

A monitor that nobody has linked speaks once a second, day and night. Its values are acknowledged
and may still belong to a patient, so each is kept, packed as a charted one is, with the zeros and
withheld values beside them; the text, which says the same every second, is kept once a minute. A
person decides on a minute, or on many together. A minute holds messages of one reason only: what
fits nobody for another reason may be another patient's. Refused messages, of which nothing can be
charted, keep their texts, together by the minute of arrival.
"""

from __future__ import annotations

import hashlib
import struct
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reprieve.pathway import parked
from reprieve.pathway.feed_batch import times
from reprieve.pathway.feed_values import FeedMessage, NotCharted, Sent, Spoken
from reprieve.records import frames, traffic
from reprieve.records.models import ParkedDecision, ParkedFrame, ParkedMessage

MINUTE_MS = parked.MINUTE_MS


def spoken(message: FeedMessage, *, kind: str, reason: str) -> Spoken | None:
    """This function will pack a message for its minute; None where its values would not all fit.

    The minute is that of measuring: a retry falls into it again, however late it comes.
    """
    said = times(message)
    if not said or any(v.at_ms is None or v.signal not in frames.PLACES for v in message.readings):
        return None
    measured = max(said)
    marks = [v for v in message.not_charted if v.is_telling]
    if any(v.signal not in frames.PLACES for v in marks):
        return None
    try:
        signals = frames.pack([_value(v) for v in message.readings], measured_ms=measured)
        signals += frames.pack_marks([_mark(v, measured) for v in marks], measured_ms=measured)
    except struct.error:
        return None
    who = sorted(message.patient_ids)
    minute = repr(
        (message.sender, message.bed, who, message.dialect, reason, measured // MINUTE_MS)
    )
    return Spoken(
        message=message, kind=kind, reason=reason, minute=minute, measured_ms=measured,
        content_key=frames.content_key(measured, signals), signals=signals,
    )  # fmt: skip


def refused(message: FeedMessage, *, clinic: uuid.UUID) -> Spoken:
    """This function will pack the text of a refused message for its minute; the same text once."""
    minute_ms = message.received_ms // MINUTE_MS * MINUTE_MS
    digest = hashlib.sha256(message.raw).digest()
    content_key = int.from_bytes(digest[:8], "little", signed=True)
    return Spoken(
        message=message, kind="rejected", reason=message.rejected,
        minute=repr((message.sender, message.bed, message.rejected, minute_ms)),
        measured_ms=minute_ms, content_key=content_key,
        signals=traffic.sealed(clinic, message.raw, content_key=content_key),
    )  # fmt: skip


def _value(sent: Sent) -> frames.Value:
    return frames.Value(
        signal=sent.signal, value=sent.value, at_ms=sent.at_ms or 0, source=sent.source
    )


def _mark(said: NotCharted, measured_ms: int) -> frames.Mark:
    at_ms = measured_ms if said.at_ms is None else said.at_ms
    return frames.Mark(signal=said.signal or "", kind=said.kind, at_ms=at_ms)


def write(found: Sequence[Spoken], *, clinic: uuid.UUID) -> None:
    """This function will store messages with their minutes, in the caller's transaction.

    What comes for a minute that a person has dealt with waits in a further one, unless it is a
    retry of what was dealt with.
    """
    _write(found, clinic=clinic, but=frozenset())


def wait_anew(left: Mapping[ParkedMessage, Sequence[FeedMessage]], *, clinic: uuid.UUID) -> None:
    """This function will let wait on what was left out when its minute was charted.

    Inside the act that decides on the minutes.
    """
    found = [
        one
        for row, messages in left.items() for message in messages
        if (one := spoken(message, kind=row.kind, reason=row.reason)) is not None
    ]  # fmt: skip
    _write(found, clinic=clinic, but=frozenset(row.pk for row in left))


def _write(found: Sequence[Spoken], *, clinic: uuid.UUID, but: frozenset[int]) -> None:
    """Store messages; those of minutes in `but` although these hold them already."""
    turn = 0
    while found:
        rows = _rows(found, turn, clinic)
        dealt_with = _dealt_with(clinic, rows.values())
        placed = [(rows[_key(one, turn)], one) for one in found]
        _keep([(row, one) for row, one in placed if row not in dealt_with])
        found = _unknown([(row, one) for row, one in placed if row in dealt_with], but)
        turn += 1


def _key(one: Spoken, turn: int) -> bytes:
    return parked.key_of(one.kind, f"{one.minute}|{turn}".encode())


def _rows(found: Sequence[Spoken], turn: int, clinic: uuid.UUID) -> dict[bytes, int]:
    """The row of each minute by its key, made where there is none."""
    first: dict[bytes, Spoken] = {}
    for one in found:
        first.setdefault(_key(one, turn), one)
    known = _known(clinic, first)
    new = {key: one for key, one in first.items() if key not in known}
    if not new:
        return known
    parked.write([
        parked.row(one.message, clinic=clinic, kind=one.kind, reason=one.reason, key=key)
        for key, one in new.items()
    ])  # fmt: skip
    return known | _known(clinic, new)


def _known(clinic: uuid.UUID, keys: Iterable[bytes]) -> dict[bytes, int]:
    """Locked until the end: while somebody decides on a minute nothing is added to it."""
    rows = ParkedMessage.objects.select_for_update(of=("self",)).filter(
        clinic_id=clinic, content_key__in=list(keys)
    )
    return {bytes(key): pk for pk, key in rows.values_list("pk", "content_key")}


def _dealt_with(clinic: uuid.UUID, rows: Iterable[int]) -> set[int]:
    decided = ParkedDecision.of(clinic).filter(parked__in=list(rows))
    return set(decided.values_list("parked_id", flat=True))


def _keep(placed: Sequence[tuple[int, Spoken]]) -> None:
    ParkedFrame.objects.bulk_create(
        [
            ParkedFrame(
                parked_id=row, measured_ms=one.measured_ms, content_key=one.content_key,
                recorded_ms=one.message.received_ms, signals=one.signals,
            )
            for row, one in placed
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _unknown(placed: Sequence[tuple[int, Spoken]], but: frozenset[int]) -> list[Spoken]:
    """What the minutes that were dealt with do not hold."""
    if not placed:
        return []
    held = ParkedFrame.objects.filter(parked__in={row for row, _ in placed} - but)
    known = set(held.values_list("parked_id", "measured_ms", "content_key"))
    return [one for row, one in placed if (row, one.measured_ms, one.content_key) not in known]


def messages(row: ParkedMessage) -> tuple[FeedMessage, ...]:
    """This function will return what a parked row stands for: its minute's messages in order.

    All but what they measured or withheld is told of the one that was kept whole.
    """
    head = parked.opened(row)
    rows = ParkedFrame.objects.filter(parked=row).order_by("measured_ms", "id")
    if row.kind == "rejected":
        return tuple(_refused(frame, row, head) for frame in rows) or (head,)
    return tuple(
        replace(
            head,
            received_ms=frame.recorded_ms,
            readings=_sent(frame),
            not_charted=_withheld(frame, head),
        )
        for frame in rows
    ) or (head,)


def _refused(frame: ParkedFrame, row: ParkedMessage, head: FeedMessage) -> FeedMessage:
    """The text of one refused message; how it was read is told of the first alone."""
    raw = traffic.opened(row.clinic_id, bytes(frame.signals), content_key=frame.content_key)
    return head if raw == head.raw else replace(
        head, raw=raw, received_ms=frame.recorded_ms, readings=(), not_charted=(), alerts=()
    )  # fmt: skip


def _sent(frame: ParkedFrame) -> tuple[Sent, ...]:
    values = frames.unpack(
        bytes(frame.signals), measured_ms=frame.measured_ms, recorded_ms=frame.recorded_ms
    )
    return tuple(
        Sent(signal=v.signal, value=v.value, at_ms=v.at_ms, source=v.source) for v in values
    )


def _withheld(frame: ParkedFrame, head: FeedMessage) -> tuple[NotCharted, ...]:
    """What a message said instead of values; in which words is known of the one kept whole."""
    alike = {(v.signal, v.kind): v for v in head.not_charted}
    found = []
    for mark in frames.unpack_marks(bytes(frame.signals), measured_ms=frame.measured_ms):
        words = alike.get((mark.signal, mark.kind))
        found.append(
            NotCharted(
                code=words.code if words else "", value=words.value if words else "",
                reason=words.reason if words else mark.kind, kind=mark.kind, signal=mark.signal,
                at_ms=mark.at_ms,
            )
        )  # fmt: skip
    return tuple(found)
