"""Values that are probably not the patient: marked with the reason, kept raw, never removed.

A mark changes how a value is drawn. It silences nothing: every alarm judges marked values too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reprieve.monitoring.vitals import Reading, judge, signals

MarkReason = Literal["spike", "pulse_mismatch", "mean_outside"]
NEIGHBOUR_MS = 30_000  # neighbours farther away say nothing about one value
TOGETHER_MS = 5_000
MISMATCH_PER_MIN = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One suspicion about one reading."""

    reading: Reading
    reason: MarkReason


def marks(readings: Iterable[Reading]) -> tuple[Mark, ...]:
    """Return the suspected artefacts among the plausible device readings, in order of time."""
    series = _by_signal(readings)
    found = [mark for values in series.values() for mark in _spikes(values)]
    found += _mismatches(series.get("heart_rate", ()), series.get("pulse_rate", ()))
    found += _means(series.get("map", ()), series.get("sbp", ()), series.get("dbp", ()))
    return tuple(sorted(found, key=lambda m: (m.reading.taken_ms, m.reading.signal, m.reason)))


def _by_signal(readings: Iterable[Reading]) -> dict[str, list[Reading]]:
    series: dict[str, list[Reading]] = {}
    known = signals()
    for reading in sorted(readings, key=lambda r: (r.taken_ms, r.value)):
        if reading.signal in known and reading.source == "device" and judge(reading).ok:
            series.setdefault(reading.signal, []).append(reading)
    return series


def _spikes(values: Sequence[Reading]) -> Iterable[Mark]:
    """Find single values that leave both neighbours while these agree with each other."""
    for before, at, after in zip(values, values[1:], values[2:], strict=False):
        jump = signals()[at.signal].spike
        assert jump is not None
        near = after.taken_ms - before.taken_ms <= 2 * NEIGHBOUR_MS
        leaves = min(abs(at.value - before.value), abs(at.value - after.value)) >= jump
        if near and leaves and abs(after.value - before.value) < jump / 2:
            yield Mark(reading=at, reason="spike")


def _mismatches(heart: Sequence[Reading], pulse: Sequence[Reading]) -> Iterable[Mark]:
    """Find pulse rates that contradict the heart rate of the same moment.

    The pulse is marked, since finger movement is the usual cause; a pulse truly lower than the
    heart rate is an emergency, and its alarms stand.
    """
    hearts = _Moments(heart)
    for reading in pulse:
        partner = hearts.nearest(reading)
        if partner is not None and abs(partner.value - reading.value) > MISMATCH_PER_MIN:
            yield Mark(reading=reading, reason="pulse_mismatch")


def _means(
    means: Sequence[Reading], upper: Sequence[Reading], lower: Sequence[Reading]
) -> Iterable[Mark]:
    """Find mean pressures that do not lie between diastolic and systolic of the same moment."""
    tops, bottoms = _Moments(upper), _Moments(lower)
    for reading in means:
        top, bottom = tops.nearest(reading), bottoms.nearest(reading)
        if top is None or bottom is None:
            continue
        if not bottom.value <= reading.value <= top.value:
            yield Mark(reading=reading, reason="mean_outside")


class _Moments:
    """A series in order of time that can be asked for the reading nearest to another."""

    def __init__(self, series: Sequence[Reading]) -> None:
        self.series = series
        self.times = [r.taken_ms for r in series]

    def nearest(self, to: Reading) -> Reading | None:
        """Return the reading nearest in time, if it belongs to the same moment."""
        after = bisect_left(self.times, to.taken_ms)
        around = self.series[max(after - 1, 0) : after + 1]
        found = min(around, key=lambda r: abs(r.taken_ms - to.taken_ms), default=None)
        if found is None or abs(found.taken_ms - to.taken_ms) > TOGETHER_MS:
            return None
        return found
