"""Which value is drawn when two sources measured the same thing.

Nothing is lost: the others stand beside it, and every alarm judges each of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprieve.monitoring.vitals import (
    ARTEFACT,
    BESIDE_MS,
    WITHDRAWN,
    Reading,
    judge,
    signals,
)


def rank(signal: str, source: str) -> int:
    """Return the place of a source among those of a signal: 0 goes before all others."""
    known = signals()[signal].sources
    return known.index(source) if source in known else len(known)


def preferred(at_ms: NDArray[np.int64], ranks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which values of one signal are drawn: all but those with a better source nearby.

    Times in ms, in any order. The choice does not depend on the order of arrival.
    """
    drawn = np.ones(len(at_ms), dtype=np.bool_)
    for own in np.unique(ranks)[1:]:
        mine = ranks == own
        better = np.sort(at_ms[ranks < own])
        after = np.searchsorted(better, at_ms[mine])
        around = [np.clip(after + step, 0, len(better) - 1) for step in (-1, 0)]
        away = np.minimum(*(np.abs(better[place] - at_ms[mine]) for place in around))
        drawn[mine] = away > BESIDE_MS
    return drawn


def rate(
    *, heart: Reading | None, pulse: Reading | None, at_ms: int, fresh_ms: int
) -> Reading | None:
    """Return the rate to show in one tile: the ECG's, or the pulse when that is old or doubtful."""
    candidates = [r for r in (heart, pulse) if r is not None and at_ms - r.taken_ms <= fresh_ms]
    usable = [r for r in candidates if judge(r).ok and WITHDRAWN not in r.flags]
    return min(usable, key=lambda r: (ARTEFACT in r.flags, r.signal != "heart_rate"), default=None)
