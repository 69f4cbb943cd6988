"""Values that are probably not the patient: marked with the reason, kept raw, never removed.

A mark changes how a value is drawn. It silences nothing: every alarm judges marked values too.
Series are arrays in order of time, times in ms: six hours of one-second data are looked at whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from reprieve.monitoring.vitals import ARTERIAL, Reading, judge, signals

MarkReason = Literal["spike", "pulse_mismatch", "mean_outside"]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
NEIGHBOUR_MS = 30_000  # neighbours farther away say nothing about one value
TOGETHER_MS = 5_000
MISMATCH_PER_MIN = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The values of one signal from one kind of source, in order of time."""

    at_ms: Ints
    values: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One suspicion about one reading."""

    reading: Reading
    reason: MarkReason


def spikes(series: Series, *, jump: float) -> Mask:
    """Find single values that leave both neighbours while these agree with each other."""
    at_ms, values = series.at_ms, series.values
    found: Mask = np.zeros(len(values), dtype=np.bool_)
    if len(values) < 3:
        return found
    before, at, after = values[:-2], values[1:-1], values[2:]
    near = at_ms[2:] - at_ms[:-2] <= 2 * NEIGHBOUR_MS
    leaves = np.minimum(np.abs(at - before), np.abs(at - after)) >= jump
    found[1:-1] = near & leaves & (np.abs(after - before) < jump / 2)
    return found


def mismatched(pulse: Series, *, heart: Series) -> Mask:
    """Find pulse rates that contradict the heart rate of the same moment.

    The pulse is marked, since finger movement is the usual cause; a pulse truly lower than the
    heart rate is an emergency, and its alarms stand.
    """
    partner, known = nearest(heart, pulse.at_ms)
    return known & (np.abs(partner - pulse.values) > MISMATCH_PER_MIN)


def outside(mean: Series, *, upper: Series, lower: Series) -> Mask:
    """Find mean pressures that do not lie between diastolic and systolic of the same moment."""
    top, has_top = nearest(upper, mean.at_ms)
    bottom, has_bottom = nearest(lower, mean.at_ms)
    return has_top & has_bottom & ~((bottom <= mean.values) & (mean.values <= top))


def nearest(series: Series, at_ms: Ints) -> tuple[Floats, Mask]:
    """Return the value nearest to each moment, and whether it belongs to the same moment."""
    if not len(series.at_ms):
        return np.zeros(len(at_ms)), np.zeros(len(at_ms), dtype=np.bool_)
    after = np.searchsorted(series.at_ms, at_ms)
    last = len(series.at_ms) - 1
    left, right = np.clip(after - 1, 0, last), np.clip(after, 0, last)
    is_left = np.abs(series.at_ms[left] - at_ms) <= np.abs(series.at_ms[right] - at_ms)
    place = np.where(is_left, left, right)
    return series.values[place], np.abs(series.at_ms[place] - at_ms) <= TOGETHER_MS


def marks(readings: Iterable[Reading]) -> tuple[Mark, ...]:
    """Return the suspected artefacts among the plausible device readings, in order of time.

    A cuff and an arterial line are looked at apart: a jump between them is no spike.
    """
    groups: dict[tuple[str, bool], list[Reading]] = {}
    for reading in sorted(readings, key=lambda r: (r.taken_ms, r.value)):
        if reading.signal in signals() and reading.source == "device" and judge(reading).ok:
            key = reading.signal, ARTERIAL in reading.flags
            groups.setdefault(key, []).append(reading)
    found: list[Mark] = []
    for (name, arterial), group in groups.items():
        for reason, mask in _suspected(name, arterial, groups):
            found += [Mark(reading=r, reason=reason) for r, m in zip(group, mask, strict=True) if m]
    return tuple(sorted(found, key=lambda m: (m.reading.taken_ms, m.reading.signal, m.reason)))


def _suspected(
    name: str, arterial: bool, groups: dict[tuple[str, bool], list[Reading]]
) -> Iterable[tuple[MarkReason, Mask]]:
    def of(signal: str) -> Series:
        return _series(groups.get((signal, arterial), ()))

    jump = signals()[name].spike
    assert jump is not None
    yield "spike", spikes(of(name), jump=jump)
    if name == "pulse_rate":
        yield "pulse_mismatch", mismatched(of(name), heart=of("heart_rate"))
    if name == "map":
        yield "mean_outside", outside(of(name), upper=of("sbp"), lower=of("dbp"))


def _series(readings: Sequence[Reading]) -> Series:
    return Series(
        at_ms=np.array([r.taken_ms for r in readings], dtype=np.int64),
        values=np.array([r.value for r in readings], dtype=np.float64),
    )
