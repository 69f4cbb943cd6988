"""Device values of a visit as arrays, and thinned for drawing without losing a peak.

A six-hour session at one message a second holds more than 100,000 readings: as objects they would
take a second, as arrays some milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from reprieve.records.frames import SIGNALS, THOUSANDTHS

_LAYOUT = np.dtype(
    [("signal", "u1"), ("source", "u1"), ("thousandths", "<i4"), ("age_ms", "<u4")], align=False
)
_WHOLE = (
    'SELECT "id", "measured_ms", "recorded_ms", "signals" FROM "records_frame" '
    'WHERE "association_id" = %s ORDER BY "measured_ms", "id"'
)
# What was measured around new frames, to judge them by their neighbours.
_SINCE = (
    'SELECT "id", "measured_ms", "recorded_ms", "signals" FROM "records_frame" '
    'WHERE "association_id" = %s AND "measured_ms" >= %s ORDER BY "measured_ms", "id"'
)
# The sum keeps the planner from the link's own index: new rows lie at the end of the table.
_AFTER = (
    'SELECT "id", "measured_ms", "recorded_ms", "signals" FROM "records_frame" '
    'WHERE "id" > %s AND "association_id" + 0 = %s ORDER BY "id"'
)
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One drawn moment of a signal: when the last value was measured, and the extremes."""

    at_ms: int
    low: float
    high: float
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Readings side by side: places in `SIGNALS` and `SOURCES`, thousandths, times in UTC ms, the
    frame's number. `last_id`: newest frame."""

    signal: Ints
    source: Ints
    thousandths: Ints
    at_ms: Ints
    recorded_ms: Ints
    frame: Ints
    last_id: int

    def __len__(self) -> int:
        return len(self.at_ms)

    def only(self, chosen: NDArray[np.bool_]) -> Readings:
        """Return some of the readings."""
        return Readings(
            signal=self.signal[chosen], source=self.source[chosen],
            thousandths=self.thousandths[chosen], at_ms=self.at_ms[chosen],
            recorded_ms=self.recorded_ms[chosen], frame=self.frame[chosen], last_id=self.last_id,
        )  # fmt: skip


def read(associations: Sequence[int], *, after_id: int = 0) -> Readings:
    """This function will return the readings of a visit's links; only newer frames if named."""
    rows: list[tuple[int, int, int, bytes]] = []
    with connection.cursor() as cursor:
        for link in associations:
            if after_id:
                cursor.execute(_AFTER, [after_id, link])
            else:
                cursor.execute(_WHOLE, [link])
            rows += cursor.fetchall()
    return _unpacked(rows, after_id)


def read_since(associations: Sequence[int], *, from_ms: int) -> Readings:
    """This function will return the readings of a visit's links that were measured since then."""
    rows: list[tuple[int, int, int, bytes]] = []
    with connection.cursor() as cursor:
        for link in associations:
            cursor.execute(_SINCE, [link, from_ms])
            rows += cursor.fetchall()
    return _unpacked(rows, 0)


def _unpacked(rows: Sequence[tuple[int, int, int, bytes]], after_id: int) -> Readings:
    packed = [bytes(row[3]) for row in rows]
    flat = np.frombuffer(b"".join(packed), dtype=_LAYOUT)
    counts = np.fromiter((len(p) // _LAYOUT.itemsize for p in packed), np.int64, len(packed))
    measured = np.repeat(np.fromiter((row[1] for row in rows), np.int64, len(rows)), counts)
    recorded = np.repeat(np.fromiter((row[2] for row in rows), np.int64, len(rows)), counts)
    numbers = np.repeat(np.fromiter((row[0] for row in rows), np.int64, len(rows)), counts)
    return Readings(
        signal=flat["signal"].astype(np.int64),
        source=flat["source"].astype(np.int64),
        thousandths=flat["thousandths"].astype(np.int64),
        at_ms=measured - flat["age_ms"].astype(np.int64),
        recorded_ms=recorded,
        frame=numbers,
        last_id=max((row[0] for row in rows), default=after_id),
    )


def thinned(readings: Readings, *, every_ms: int) -> dict[str, list[Point]]:
    """This function will give each signal a point a stretch, with lowest and highest value."""
    found: dict[str, list[Point]] = {}
    for place, name in enumerate(SIGNALS):
        mine = readings.signal == place
        if mine.any():
            found[name] = _points(readings.at_ms[mine], readings.thousandths[mine], every_ms)
    return found


def _points(at_ms: Ints, thousandths: Ints, every_ms: int) -> list[Point]:
    order = np.argsort(at_ms, kind="stable")
    times, values = at_ms[order], thousandths[order]
    starts = np.flatnonzero(np.diff(times // every_ms, prepend=-1))
    lasts = np.append(starts[1:], len(times)) - 1
    columns = (
        times[lasts].tolist(),
        np.minimum.reduceat(values, starts).tolist(),
        np.maximum.reduceat(values, starts).tolist(),
        values[lasts].tolist(),
    )
    return [
        Point(at_ms=t, low=lo / THOUSANDTHS, high=hi / THOUSANDTHS, last=v / THOUSANDTHS)
        for t, lo, hi, v in zip(*columns, strict=True)
    ]
