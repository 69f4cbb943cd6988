"""Group commit: while one batch is being stored the next one gathers.

One worker thread reads and stores; the event loop only waits. Memory is bounded by counting the
bytes that wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import structlog

from reprieve.interop.hl7v2.arrivals import Arrival, Commit, Limits, Metrics, Outcome, not_stored
from reprieve.interop.hl7v2.values import Header, Message
from reprieve.knowledge import BadValue

Reader = Callable[[bytes, datetime], Message]
_log = structlog.get_logger(__name__)
# How long a batch may wait for more: a share of what the last commit took, within bounds.
_SHARE, _LONGEST_S = 0.25, 0.003
# How long messages of a batch that failed are tried alone before the rest are told to come again.
_ALONE_S = 2.0


class Sender(Protocol):
    """Somebody whose messages are stored, one turn after another."""

    def offer_next(self) -> bool:
        """Offer one message that waits; True if another may be offered now."""

    def answered(self, answer: Answer) -> None:
        """Hear how the message offered longest ago ended."""

    def flush(self) -> None:
        """Pass on what was heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to write back: an outcome and the header it answers."""

    outcome: Outcome
    header: Header | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One message that waits for its batch; `since` is the event loop's time."""

    raw: bytes
    peer: str
    received_ms: int
    since: float
    sender: Sender


class Committer:
    """Takes messages from every connection and answers each after its batch is stored."""

    def __init__(self, *, commit: Commit, reader: Reader, limits: Limits, metrics: Metrics) -> None:
        self._commit = commit
        self._reader = reader
        self._limits = limits
        self._metrics = metrics
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mllp-commit")
        self._queue: deque[Waiting] = deque()
        self._turns: deque[Sender] = deque()
        self._bytes = 0
        self._wanted = 1
        self._enough = asyncio.Event()
        self._ending = False
        self._took_s = 0.0
        self._senders: tuple[set[Sender], set[Sender]] = (set(), set())

    def take_turns(self, sender: Sender) -> None:
        """Let senders offer what they have, one message each in turn, while there is room.

        Whoever finds no room keeps its place until a batch is stored.
        """
        if sender not in self._turns:
            self._turns.append(sender)
        self._serve_turns()

    def offer(self, waiting: Waiting) -> None:
        """Queue one message."""
        self._queue.append(waiting)
        self._bytes += len(waiting.raw)
        if len(self._queue) >= self._wanted:
            self._enough.set()

    async def run(self) -> None:
        """Store batches until `finish`."""
        loop = asyncio.get_running_loop()
        try:
            while batch := await self._gather():
                began = loop.time()
                answers = await loop.run_in_executor(self._worker, self._work, batch)
                self._took_s = loop.time() - began
                self._settle(batch, answers, loop.time())
        finally:
            self._worker.shutdown(wait=True)

    def finish(self) -> None:
        """Let everything queued so far be stored, then end `run`."""
        self._ending = True
        self._enough.set()

    async def _gather(self) -> list[Waiting]:
        """Wait for a message and take all that have queued behind it.

        All monitors that were answered together send again together, and each commit waits for the
        disk: so those of the last two batches are awaited a little.
        """
        await self._await(1, within_s=None)
        others = len(self._senders[0] | self._senders[1])
        if others > 1:
            await self._await(others, within_s=min(self._took_s * _SHARE, _LONGEST_S))
        many = min(len(self._queue), self._limits.batch)
        batch = [self._queue.popleft() for _ in range(many)]
        self._senders = (self._senders[1], {w.sender for w in batch})
        return batch

    async def _await(self, many: int, *, within_s: float | None) -> None:
        self._wanted = min(many, self._limits.batch)
        if len(self._queue) >= self._wanted or self._ending:
            return
        self._enough.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._enough.wait()

    def _settle(self, batch: list[Waiting], answers: list[Answer], now: float) -> None:
        self._bytes -= sum(len(w.raw) for w in batch)
        self._metrics.committed([(now - w.since) * 1000 for w in batch])
        for waiting, answer in zip(batch, answers, strict=True):
            waiting.sender.answered(answer)
        for sender in dict.fromkeys(w.sender for w in batch):
            sender.flush()
        self._serve_turns()

    def _serve_turns(self) -> None:
        while self._turns and self._has_room():
            sender = self._turns.popleft()
            if sender.offer_next():
                self._turns.append(sender)

    def _has_room(self) -> bool:
        return len(self._queue) < self._limits.queue and self._bytes < self._limits.memory

    def _work(self, batch: list[Waiting]) -> list[Answer]:
        """Read and store one batch; runs in the worker thread."""
        arrivals = [self._arrival(w) for w in batch]
        outcomes = self._stored(arrivals)
        return [
            Answer(outcome=o, header=a.message.header if a.message else None)
            for a, o in zip(arrivals, outcomes, strict=True)
        ]

    def _arrival(self, waiting: Waiting) -> Arrival:
        at = datetime.fromtimestamp(waiting.received_ms / 1000, tz=UTC)
        message, error = None, None
        try:
            message = self._reader(waiting.raw, at)
        except BadValue as unreadable:
            error = str(unreadable)
        except Exception:
            # A fault of ours in one message must not stop the ward's other monitors.
            _log.exception("message_not_read", peer=waiting.peer)
            error = "message: could not be read"
        return Arrival(
            raw=waiting.raw,
            peer=waiting.peer,
            received_ms=waiting.received_ms,
            message=message,
            error=error,
        )

    def _stored(self, arrivals: list[Arrival]) -> list[Outcome]:
        """Store a batch; if that fails, each alone, so that one message cannot fail the rest."""
        outcomes = self._attempt(arrivals)
        if outcomes is not None:
            return outcomes
        if len(arrivals) == 1:
            return [not_stored(arrivals[0])]
        return self._each_alone(arrivals)

    def _each_alone(self, arrivals: list[Arrival]) -> list[Outcome]:
        """Store one by one; a database that does not answer must not keep a ward waiting."""
        ends: list[Outcome] = []
        lost_s = 0.0
        for arrival in arrivals:
            began = time.monotonic()
            stored = self._attempt([arrival]) if lost_s < _ALONE_S else None
            lost_s += 0.0 if stored else time.monotonic() - began
            ends.append(stored[0] if stored else not_stored(arrival))
        return ends

    def _attempt(self, arrivals: list[Arrival]) -> list[Outcome] | None:
        try:
            outcomes = self._commit(arrivals)
        except Exception:
            # Whatever went wrong, nothing was stored: that is the answer, and the gateway lives.
            _log.exception("batch_not_stored", messages=len(arrivals))
            return None
        return outcomes if len(outcomes) == len(arrivals) else None
