"""Messages that fit nobody, by the minute: one is kept whole, and the values of every one.

A monitor that nobody has linked speaks once a second, day and night. Its values are acknowledged
and may still belong to a patient, so each is kept, packed as a charted one is; the text, which says
the same every second, is kept once a minute. A person decides on a minute, or on many together.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace

from reprieve.pathway import parked
from reprieve.pathway.feed_batch import times
from reprieve.pathway.feed_values import FeedMessage, Sent, Spoken
from reprieve.records import frames
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
    try:
        signals = frames.pack([_value(v) for v in message.readings], measured_ms=measured)
    except struct.error:
        return None
    who = sorted(message.patient_ids)
    minute = repr((message.sender, message.bed, who, message.dialect, measured // MINUTE_MS))
    return Spoken(
        message=message, kind=kind, reason=reason, minute=minute, measured_ms=measured,
        content_key=frames.content_key(measured, signals), signals=signals,
    )  # fmt: skip


def _value(sent: Sent) -> frames.Value:
    return frames.Value(
        signal=sent.signal, value=sent.value, at_ms=sent.at_ms or 0, source=sent.source
    )


def write(found: Sequence[Spoken], *, clinic: uuid.UUID) -> None:
    """This function will store messages with their minutes, in the caller's transaction.

    What comes for a minute that a person has dealt with waits in a further one, unless it is a
    retry of what was dealt with.
    """
    turn = 0
    while found:
        rows = _rows(found, turn, clinic)
        dealt_with = _dealt_with(clinic, rows.values())
        placed = [(rows[_key(one, turn)], one) for one in found]
        _keep([(row, one) for row, one in placed if row not in dealt_with])
        found = _unknown([(row, one) for row, one in placed if row in dealt_with])
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


def _unknown(placed: Sequence[tuple[int, Spoken]]) -> list[Spoken]:
    """What the minutes that were dealt with do not hold."""
    if not placed:
        return []
    held = ParkedFrame.objects.filter(parked__in={row for row, _ in placed})
    known = set(held.values_list("parked_id", "measured_ms", "content_key"))
    return [one for row, one in placed if (row, one.measured_ms, one.content_key) not in known]


def messages(row: ParkedMessage) -> tuple[FeedMessage, ...]:
    """This function will return what a parked row stands for: its minute's messages in order.

    All but what they measured is told of the one that was kept whole.
    """
    head = parked.opened(row)
    rows = ParkedFrame.objects.filter(parked=row).order_by("measured_ms", "id")
    return tuple(
        replace(head, received_ms=frame.recorded_ms, readings=_sent(frame), not_charted=())
        for frame in rows
    ) or (head,)


def _sent(frame: ParkedFrame) -> tuple[Sent, ...]:
    values = frames.unpack(
        bytes(frame.signals), measured_ms=frame.measured_ms, recorded_ms=frame.recorded_ms
    )
    return tuple(
        Sent(signal=v.signal, value=v.value, at_ms=v.at_ms, source=v.source) for v in values
    )
