"""Which value is drawn when two sources measured the same thing at once.

Nothing is lost: the others stay in the record, and every alarm judges each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reprieve.monitoring.vitals import ARTEFACT, ARTERIAL, WITHDRAWN, Reading, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The reading to draw for one signal at one moment, and those beside it."""

    drawn: Reading
    beside: tuple[Reading, ...]


def choose(readings: Iterable[Reading], *, devices: Sequence[str] = ()) -> tuple[Choice, ...]:
    """Choose one reading for each signal and moment, in order of time.

    A value that no one doubts goes before a suspected artefact, an arterial line before a cuff,
    a typed value before a device's (a person looked), then devices in the order given. The choice
    does not depend on the order of arrival.
    """
    groups: dict[tuple[int, str], set[Reading]] = {}
    for reading in readings:
        if judge(reading).ok and WITHDRAWN not in reading.flags:
            groups.setdefault((reading.at_ms, reading.signal), set()).add(reading)
    return tuple(_choice(groups[key], devices) for key in sorted(groups))


def rate(
    *, heart: Reading | None, pulse: Reading | None, at_ms: int, fresh_ms: int
) -> Reading | None:
    """Return the rate to show in one tile: the ECG's, or the pulse when that is old or doubtful."""
    candidates = [r for r in (heart, pulse) if r is not None and at_ms - r.taken_ms <= fresh_ms]
    usable = [r for r in candidates if judge(r).ok and WITHDRAWN not in r.flags]
    return min(usable, key=lambda r: (ARTEFACT in r.flags, r.signal != "heart_rate"), default=None)


def _choice(group: set[Reading], devices: Sequence[str]) -> Choice:
    first, *others = sorted(group, key=lambda r: _order(r, devices))
    return Choice(drawn=first, beside=tuple(others))


def _order(reading: Reading, devices: Sequence[str]) -> tuple[object, ...]:
    known = reading.device in devices
    return (
        ARTEFACT in reading.flags,
        ARTERIAL not in reading.flags,
        reading.source != "hand",
        devices.index(reading.device) if known else len(devices),
        reading.device,
        reading.recorded_ms,
        reading.value,
        sorted(reading.flags),
    )
