"""One sender's connection: its bytes become messages, offered in turn, answered in order.

Nothing here waits. What a sender sends faster than it can be stored stays in its own socket, since
reading stops while one of its messages waits for its turn.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol, cast

from reprieve.interop.hl7v2.arrivals import Limits, Metrics
from reprieve.interop.hl7v2.committer import Answer, Committer, Waiting
from reprieve.interop.hl7v2.framing import Deframer

_POSITIVE = {"AA", "CA"}


class Door(Protocol):
    """What a connection needs of the gateway it belongs to."""

    limits: Limits
    metrics: Metrics
    committer: Committer

    def entered(self, connection: Connection) -> bool:
        """Let a sender in, or say that it must go."""

    def left(self, connection: Connection) -> None:
        """Hear that a sender has gone."""

    def now_ms(self) -> int:
        """Return the time of the clinic's clock."""

    def framed(self, answer: Answer, code: str) -> bytes:
        """Write one answer."""


class Connection(asyncio.Protocol):
    """One sender. It ends when the sender leaves, is silent or slow too long, or sends junk."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._limits, self._metrics = door.limits, door.metrics
        self._loop = asyncio.get_running_loop()
        self._deframer = Deframer(max_frame=door.limits.max_frame)
        self._backlog: deque[bytes] = deque()
        self._out: list[bytes] = []
        self._in_flight = 0
        self._inside = self._listening = self._paused = False
        self._full = False  # the sender takes its answers too slowly
        self._gone = False  # it takes none any more
        self._heard = self._loop.time()
        self._began: float | None = None  # since when a message is under way
        self._watching: asyncio.TimerHandle | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._closing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the sender in, or turn it away."""
        self._wire = cast(asyncio.Transport, transport)
        host, port, *_ = transport.get_extra_info("peername") or ("unknown", 0)
        self.host, self.name = str(host), f"{host}:{port}"
        if not self._door.entered(self):
            self._gone = True
            self._wire.abort()
            return
        self._inside = self._listening = True
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and offer the messages that they complete."""
        if not self._listening:
            return
        self._heard = self._loop.time()
        frames = self._deframer.feed(data)
        still = self._deframer.partial and self._began is not None and not frames
        if not still:
            self._began = self._heard if self._deframer.partial else None
        self._backlog.extend(frames)
        self._door.committer.take_turns(self)
        self._pace()
        if self._deframer.junk_bytes > self._limits.max_junk:
            self.hang_up()

    def offer_next(self) -> bool:
        """Offer one message that waits; True if another may be offered now."""
        if not self._may_offer():
            return False
        raw = self._backlog.popleft()
        self._in_flight += 1
        self._metrics.received += 1
        self._door.committer.offer(
            Waiting(
                raw=raw, peer=self.name, received_ms=self._door.now_ms(),
                since=self._loop.time(), sender=self,
            )
        )  # fmt: skip
        self._pace()
        return self._may_offer()

    def answered(self, answer: Answer) -> None:
        """Keep the answer of the message offered longest ago; `flush` sends it."""
        self._in_flight -= 1
        code = answer.outcome.ack
        if self._gone:
            self._metrics.unanswered += 1
        elif code is not None:
            self._metrics.acked += code in _POSITIVE
            self._metrics.rejected += code not in _POSITIVE
            self._out.append(self._door.framed(answer, code))

    def flush(self) -> None:
        """Send the answers that are ready."""
        if self._out and not self._gone:
            self._wire.write(b"".join(self._out))
        self._out.clear()
        self._door.committer.take_turns(self)
        self._close_if_done()

    def hang_up(self) -> None:
        """Read no more; close once everything that was read is stored and answered."""
        if not self._listening:
            return
        self._listening = False
        self._wire.pause_reading()
        if self._watching is not None:
            self._watching.cancel()
        self._metrics.lost_frames += self._deframer.lost + self._deframer.partial
        self._metrics.too_long += self._deframer.too_long
        self._metrics.junk_bytes += self._deframer.junk_bytes
        self._close_if_done()

    def stop(self) -> None:
        """Hang up, and leave to the sender what was not offered yet: nobody acknowledged it."""
        self._backlog.clear()
        self.hang_up()

    def abort(self) -> None:
        """End the connection at once; what was offered is stored all the same."""
        self._gone, self._full = True, False
        self._wire.abort()

    def eof_received(self) -> bool:
        """Keep the way back open for answers, where the wire can be open one way."""
        self.hang_up()
        return self._wire.get_extra_info("sslcontext") is None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the wire; the messages that were read are stored all the same."""
        self.hang_up()
        self._gone, self._full = True, False
        for timer in (self._patience, self._closing):
            if timer is not None:
                timer.cancel()
        if self._inside:
            self._door.left(self)
            self._door.committer.take_turns(self)

    def pause_writing(self) -> None:
        """Wait a while for a sender that does not take its answers."""
        self._full = True
        self._patience = self._loop.call_later(self._limits.write_s, self._cut_off)

    def resume_writing(self) -> None:
        """Go on: the answers were taken."""
        self._full = False
        if self._patience is not None:
            self._patience.cancel()
        self._door.committer.take_turns(self)

    def _may_offer(self) -> bool:
        room = self._in_flight < self._limits.in_flight and not self._full
        return room and bool(self._backlog)

    def _pace(self) -> None:
        """Read on only while nothing waits; the sender's time to go on counts from then."""
        if not self._listening or bool(self._backlog) is self._paused:
            return
        self._paused = not self._paused
        if self._paused:
            self._wire.pause_reading()
            return
        self._heard = self._loop.time()
        self._began = None if self._began is None else self._heard
        self._wire.resume_reading()

    def _watch(self) -> None:
        """Hang up on a sender that has been silent, or in the middle of a message, too long."""
        now = self._loop.time()
        due = self._heard + self._limits.idle_s
        if self._began is not None:
            due = min(due, self._began + self._limits.frame_s)
        if now >= due and not self._paused:
            self._metrics.timeouts += 1
            self.hang_up()
            return
        again = now + self._limits.frame_s
        self._watching = self._loop.call_at(again if self._paused else min(due, again), self._watch)

    def _close_if_done(self) -> None:
        if self._listening or self._gone or self._in_flight or self._backlog:
            return
        self._wire.close()
        if self._closing is None:
            self._closing = self._loop.call_later(self._limits.write_s, self._wire.abort)

    def _cut_off(self) -> None:
        self._metrics.unanswered += 1
        self.abort()
