"""Which of a monitor's values are drawn, which stand beside them, and which are doubtful.

The rules are `monitoring.precedence` and `monitoring.artefact`; here they meet stored frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.monitoring import artefact, precedence, vitals
from reprieve.monitoring.artefact import Series
from reprieve.records.frame_arrays import Readings
from reprieve.records.frames import SIGNALS, SOURCES, THOUSANDTHS

# Values farther away than this say nothing about one: what is read around new frames.
AROUND_MS = max(vitals.BESIDE_MS, 2 * artefact.NEIGHBOUR_MS)
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A value that is probably not the patient, raw, with the reason."""

    signal: str
    at_ms: int
    value: float
    reason: artefact.MarkReason


def preferred(found: Readings) -> Mask:
    """This function will tell which readings are drawn; the others stand beside them."""
    drawn = np.ones(len(found), dtype=np.bool_)
    for place in np.unique(found.signal):
        mine = found.signal == place
        ranks = np.array([precedence.rank(SIGNALS[place], source) for source in SOURCES])
        drawn[mine] = precedence.preferred(found.at_ms[mine], ranks[found.source[mine]])
    return drawn


def doubts(found: Readings, *, every_ms: int) -> list[Doubt]:
    """This function will list doubtful values, at most one of a kind in each stretch, by time."""
    seen: dict[tuple[str, str, int], Doubt] = {}
    for one in _each(found):
        seen.setdefault((one.signal, one.reason, one.at_ms // every_ms), one)
    return sorted(seen.values(), key=lambda d: (d.at_ms, d.signal, d.reason))


def _each(found: Readings) -> Iterator[Doubt]:
    for place in np.unique(found.signal):
        for source in np.unique(found.source[found.signal == place]):
            yield from _of(found, SIGNALS[place], int(source))


def _of(found: Readings, name: str, source: int) -> Iterator[Doubt]:
    """A cuff and an arterial line are looked at apart: a jump between them is no spike."""
    mine = _series(found, name, source)
    jump = vitals.signal(name).spike
    if jump is not None:
        yield from _told(mine, name, "spike", artefact.spikes(mine, jump=jump))
    if name == "pulse_rate":
        mask = artefact.mismatched(mine, heart=_series(found, "heart_rate", None))
        yield from _told(mine, name, "pulse_mismatch", mask)
    if name == "map":
        mask = artefact.outside(
            mine, upper=_series(found, "sbp", source), lower=_series(found, "dbp", source)
        )
        yield from _told(mine, name, "mean_outside", mask)


def _told(
    series: Series, name: str, reason: artefact.MarkReason, mask: Mask
) -> Iterator[Doubt]:
    for at_ms, value in zip(series.at_ms[mask].tolist(), series.values[mask].tolist(), strict=True):
        yield Doubt(signal=name, at_ms=at_ms, value=value, reason=reason)


def _series(found: Readings, name: str, source: int | None) -> Series:
    mine = found.signal == SIGNALS.index(name)
    if source is not None:
        mine &= found.source == source
    order = np.argsort(found.at_ms[mine], kind="stable")
    return Series(
        at_ms=found.at_ms[mine][order], values=found.thousandths[mine][order] / THOUSANDTHS
    )
