"""How old a value may get: each signal's own pace is learned from what the monitor sends."""

from __future__ import annotations

from collections.abc import Sequence

from reprieve.monitoring.alarm_state import Track
from reprieve.monitoring.policy import Policy
from reprieve.monitoring.vitals import signal

REMEMBERED_GAPS = 7


def learned(gaps_ms: Sequence[int], gap_ms: int) -> tuple[int, ...]:
    """Add one gap between readings to those remembered; repeats of one moment teach nothing."""
    if gap_ms <= 0:
        return tuple(gaps_ms)
    return (*gaps_ms, gap_ms)[-REMEMBERED_GAPS:]


def learned_ms(track: Track, policy: Policy) -> int | None:
    """Return the pace that the monitor has shown, or None while it has shown too little."""
    gaps_ms = track.gaps_ms
    if len(gaps_ms) < policy.least_gaps:
        return None
    return sorted(gaps_ms)[len(gaps_ms) // 2]  # the higher of two middle ones


def interval_ms(name: str, track: Track, policy: Policy) -> int | None:
    """Return the pace of a signal, or None while it cannot be known.

    Before anything is learned a continuous signal is taken to be fast; a cuff is not, since its
    cycle may be anything.
    """
    pace_ms = learned_ms(track, policy)
    if pace_ms is not None or is_intermittent(name, track):
        return pace_ms
    return policy.unlearned_interval_ms


def stale_after_ms(name: str, track: Track, policy: Policy) -> int | None:
    """Return how long after a reading its signal counts as stale, or None while unknown.

    The larger of 15 s and 3 times the pace; a cuff's is 1.5 times its cycle.
    """
    pace_ms = interval_ms(name, track, policy)
    if pace_ms is None:
        return None
    slow = is_intermittent(name, track)
    factor = policy.stale_factor_intermittent if slow else policy.stale_factor
    return max(policy.stale_floor_ms, round(pace_ms * factor))


def is_intermittent(name: str, track: Track) -> bool:
    """Tell whether the signal comes in cycles (a cuff, a spot temperature)."""
    return signal(name).intermittent and not track.arterial


def is_old(*, name: str, taken_ms: int, at_ms: int) -> bool:
    """Tell whether a value must be shown grey with its age: pressures after 5 minutes, others 1."""
    return at_ms - taken_ms > (300_000 if signal(name).intermittent else 60_000)
