"""What passes between the gateway and whoever stores its messages."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from reprieve.interop.hl7v2.values import Message

UNREADABLE = "AR"  # what cannot be read names no acknowledgement mode
_KEPT_LAGS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One frame as it came: `raw` bytes, `peer` address, arrival in ms since 1970 UTC.

    `message` is how it was read; None when it could not be, and then `error` says why.
    """

    raw: bytes
    peer: str
    received_ms: int
    message: Message | None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What to answer once the arrival is stored; `ack` None answers nothing."""

    ack: str | None
    text: str = ""


Commit = Callable[[list[Arrival]], list[Outcome]]
"""Stores a batch durably and returns one outcome for each arrival, in order.

It runs in one worker thread. When it returns, every positively answered arrival survives a power
loss. When it raises, nothing of the batch is stored; the arrivals are then offered one by one.
"""


def stored(arrival: Arrival) -> Outcome:
    """Return what is due for an arrival that has been stored."""
    if arrival.message is None:
        return Outcome(ack=UNREADABLE, text=arrival.error or "")
    reject = arrival.message.reject
    return Outcome(ack=arrival.message.ack, text=reject.reason if reject else "")


def not_stored(arrival: Arrival, *, text: str = "not stored, send again") -> Outcome:
    """Return what is due for an arrival that could not be stored."""
    due = arrival.message.ack if arrival.message else UNREADABLE
    return Outcome(ack=due[0] + "E" if due else None, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one sender may use, so that none can harm another."""

    max_frame: int = 1 << 20  # bytes of one message
    max_junk: int = 1 << 20  # bytes outside frames on one connection
    connections: int = 256
    connections_per_peer: int = 128
    in_flight: int = 32  # messages of one connection read and not yet answered
    queue: int = 1024  # messages waiting for the next commit
    batch: int = 256  # messages of one commit
    memory: int = 64 << 20  # bytes of all messages waiting
    idle_s: float = 300.0
    frame_s: float = 30.0  # from the first byte of a message to its last
    write_s: float = 10.0  # for a sender to take an answer
    drain_s: float = 10.0  # for open answers when the gateway stops


@dataclass(slots=True)
class Metrics:
    """Counts since the start; `lag_ms` is arrival to commit."""

    open: int = 0
    connections: int = 0
    refused: int = 0
    received: int = 0
    acked: int = 0
    rejected: int = 0
    unanswered: int = 0
    timeouts: int = 0
    lost_frames: int = 0
    too_long: int = 0
    junk_bytes: int = 0
    commits: int = 0
    _lags: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT_LAGS))

    def committed(self, lags_ms: list[float]) -> None:
        """Count one commit and the lags of its messages."""
        self.commits += 1
        self._lags.extend(lags_ms)

    def lag_ms(self, percentile: float) -> float | None:
        """Return a percentile (0-100) of the latest lags, or None before the first."""
        ordered = sorted(self._lags)
        if not ordered:
            return None
        return ordered[min(len(ordered) - 1, int(len(ordered) * percentile / 100))]
