"""Device values: one compact append-only row for each message of a device, in raw SQL.

A frame packs its readings: for each one byte of signal, one byte of source, four bytes of value
in thousandths and four bytes of age in milliseconds against the frame's own measured time. What a
monitor said instead of a value is a mark: the same ten bytes, the signal's highest bit set, and no
value. Only parked messages hold marks.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reprieve.records import statements

# The order is part of the stored format: add at the end, never change a place.
SIGNALS = (
    "heart_rate", "pulse_rate", "spo2", "respiratory_rate",
    "sbp", "dbp", "map", "etco2", "temp_c",
)  # fmt: skip
SOURCES = (
    "", "nibp", "arterial", "ecg", "pleth", "impedance", "capnograph",
    "oximeter", "pulse", "thoracic", "co2", "probe", "unspecified",
)  # fmt: skip
MARKS = ("zero", "no value", "marker")
PLACES = {name: place for place, name in enumerate(SIGNALS)}
_SOURCE_PLACES = {name: place for place, name in enumerate(SOURCES)}
THOUSANDTHS = 1000
_MARK = 0x80
_READING = struct.Struct("<BBiI")
_PLACES = "(%s, %s, %s, %s, %s, %s)"
_MOST_ROWS = 1000
_INSERT = (
    'INSERT INTO "records_frame" '
    '("association_id", "measured_ms", "recorded_ms", "dialect", "content_key", "signals") VALUES '
)
_NEW = ' ON CONFLICT DO NOTHING RETURNING "association_id", "measured_ms", "content_key"'
_SELECT = (
    'SELECT "id", "measured_ms", "recorded_ms", "signals" FROM "records_frame" '
    'WHERE "association_id" = %s AND "measured_ms" >= %s AND "measured_ms" < %s '
    'ORDER BY "measured_ms", "id"'
)
FOREVER_MS = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One reading of a device: `at_ms` and `recorded_ms` are UTC milliseconds."""

    signal: str
    value: Decimal
    at_ms: int
    recorded_ms: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a device said of a signal instead of a value: a zero, or that there is none."""

    signal: str
    kind: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFrame:
    """What one message brings: its readings, for one association of device and patient."""

    association: int
    recorded_ms: int
    dialect: int
    values: tuple[Value, ...]


def insert(frames: Iterable[NewFrame]) -> list[bool]:
    """This function will store frames in the caller's transaction, all in one statement.

    True where a row is new; False where the same readings at the same time were charted before.
    Raises struct.error for a value too large for a frame, before anything is stored.
    """
    rows = [_row(frame) for frame in frames]
    starts = range(0, len(rows), _MOST_ROWS)
    new = {key for at in starts for key in _new(rows[at : at + _MOST_ROWS])}
    # Of two equal frames in one call the first is the new one.
    return [_taken(new, (row[0], row[1], row[4])) for row in rows]


def _new(rows: Sequence[tuple[int, int, int, int, int, bytes]]) -> list[tuple[int, int, int]]:
    """Store rows and return the keys of those that were not there."""
    places = ", ".join([_PLACES] * len(rows))
    new = statements.rows(f"{_INSERT}{places}{_NEW}", [value for row in rows for value in row])
    return [(link, measured, key) for link, measured, key in new]


def _taken(new: set[tuple[int, int, int]], key: tuple[int, int, int]) -> bool:
    if key not in new:
        return False
    new.remove(key)
    return True


def _row(frame: NewFrame) -> tuple[int, int, int, int, int, bytes]:
    measured = max(v.at_ms for v in frame.values)
    packed = pack(frame.values, measured_ms=measured)
    return (
        frame.association, measured, frame.recorded_ms, frame.dialect,
        content_key(measured, packed), packed,
    )  # fmt: skip


def pack(values: Sequence[Value], *, measured_ms: int) -> bytes:
    """This function will pack readings, sorted so that the same set gives the same bytes."""
    return b"".join(
        sorted(
            _READING.pack(
                PLACES[v.signal],
                _SOURCE_PLACES.get(v.source, 0),
                int(v.value * THOUSANDTHS),
                measured_ms - v.at_ms,
            )
            for v in values
        )
    )


def unpack(packed: bytes, *, measured_ms: int, recorded_ms: int) -> list[Value]:
    """This function will return the readings of one frame."""
    return [
        Value(
            signal=SIGNALS[signal],
            source=SOURCES[source],
            value=Decimal(thousandths) / THOUSANDTHS,
            at_ms=measured_ms - age_ms,
            recorded_ms=recorded_ms,
        )
        for signal, source, thousandths, age_ms in _READING.iter_unpack(bytes(packed))
        if signal < _MARK
    ]


def pack_marks(marks: Sequence[Mark], *, measured_ms: int) -> bytes:
    """This function will pack marks, sorted; they stand behind a frame's readings."""
    return b"".join(
        sorted(
            _READING.pack(
                PLACES[m.signal] | _MARK, MARKS.index(m.kind), 0, measured_ms - m.at_ms
            )
            for m in marks
        )
    )


def unpack_marks(packed: bytes, *, measured_ms: int) -> list[Mark]:
    """This function will return the marks of one frame."""
    return [
        Mark(signal=SIGNALS[signal & ~_MARK], kind=MARKS[kind], at_ms=measured_ms - age_ms)
        for signal, kind, _, age_ms in _READING.iter_unpack(bytes(packed))
        if signal & _MARK
    ]


def content_key(measured_ms: int, packed: bytes) -> int:
    """This function will key what a frame says, so that a retry is recognised: signed 64 bit."""
    digest = hashlib.sha256(measured_ms.to_bytes(8, "little", signed=True) + packed).digest()
    return int.from_bytes(digest[:8], "little", signed=True)


def read(
    association: int, *, from_ms: int = -FOREVER_MS, until_ms: int = FOREVER_MS
) -> list[Value]:
    """This function will return an association's readings in a time range, oldest first."""
    return [
        value
        for _, measured, recorded, packed in statements.rows(
            _SELECT, [association, from_ms, until_ms]
        )
        for value in unpack(packed, measured_ms=measured, recorded_ms=recorded)
    ]


__all__ = [
    "Mark", "NewFrame", "Value", "insert", "pack", "pack_marks", "read", "unpack", "unpack_marks",
]  # fmt: skip
