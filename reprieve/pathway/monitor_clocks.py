"""How wrong a monitor's clock is, learned from its newest values and when they arrive.

What is repeated after an outage is late although the clock is right. Only a distance that stays
the same while time passes is the clock's. It is learned by each process anew, from its traffic.
"""

from __future__ import annotations

import uuid
from collections import deque
from dataclasses import dataclass, field

from reprieve.knowledge import N_
from reprieve.monitoring import events as ev

SAMPLE_EVERY_MS = 5_000
KEPT = 5
LEAST = 3
STEADY_MS = 5_000
# Project default: half of what the alarms still take for the present (alarms.toml).
WRONG_MS = 60_000
ABOUT, SAYS = "monitor", N_("clock is wrong: set it")


@dataclass(slots=True)
class _Known:
    samples: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=KEPT))
    behind_ms: int | None = None


_clocks: dict[uuid.UUID, _Known] = {}


def learn(device: uuid.UUID, *, measured_ms: int, received_ms: int) -> int | None:
    """This function will return how far a clock is behind ours in ms, negative when ahead.

    None until the distance has stayed the same for at least 10 s. A learned one is kept until
    another has been learned that differs by more than 5 s.
    """
    known = _clocks.setdefault(device, _Known())
    if known.samples and received_ms - known.samples[-1][0] < SAMPLE_EVERY_MS:
        return known.behind_ms
    known.samples.append((received_ms, received_ms - measured_ms))
    behind = [late_ms for _, late_ms in known.samples]
    if len(behind) < LEAST or max(behind) - min(behind) > STEADY_MS:
        return known.behind_ms
    if known.behind_ms is None or abs(min(behind) - known.behind_ms) > STEADY_MS:
        known.behind_ms = min(behind)
    return known.behind_ms


def forget() -> None:
    """This function will forget every clock, as a new process does."""
    _clocks.clear()


def is_wrong(behind_ms: int | None) -> bool:
    """This function will tell whether a clock is so wrong that a person must set it."""
    return behind_ms is not None and abs(behind_ms) >= WRONG_MS


def event(behind_ms: int | None, *, at_ms: int) -> ev.Event | None:
    """This function will return what the alarms must hear about a clock; None: nothing is known."""
    if behind_ms is None:
        return None
    if is_wrong(behind_ms):
        return ev.Raised(at_ms=at_ms, about=ABOUT, says=SAYS, priority="medium", lasts=True)
    return ev.Ended(at_ms=at_ms, about=ABOUT, says=SAYS)
