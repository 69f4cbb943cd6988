"""Group commit: while one batch is being stored the next one gathers.

One worker thread reads and stores; the event loop only waits. Memory is bounded by counting the
bytes that wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from reprieve.interop.hl7v2.arrivals import Arrival, Commit, Limits, Metrics, Outcome, not_stored
from reprieve.interop.hl7v2.values import Header, Message
from reprieve.knowledge import BadValue

Reader = Callable[[bytes, datetime], Message]
_log = structlog.get_logger(__name__)
# How long a batch may wait for more: a share of what the last commit took, within bounds.
_SHARE, _LONGEST_S, _STEP_S = 0.25, 0.003, 0.001
# How long messages of a batch that failed are tried alone before the rest are told to come again.
_ALONE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to write back: an outcome and the header it answers."""

    outcome: Outcome
    header: Header | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    raw: bytes
    peer: str
    received_ms: int
    since: float
    answer: asyncio.Future[Answer]


class Committer:
    """Takes messages from every connection and answers each after its batch is stored."""

    def __init__(self, *, commit: Commit, reader: Reader, limits: Limits, metrics: Metrics) -> None:
        self._commit = commit
        self._reader = reader
        self._limits = limits
        self._metrics = metrics
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue(maxsize=limits.queue)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mllp-commit")
        self._room = asyncio.Condition()
        self._bytes = 0
        self._took_s = 0.0

    async def offer(self, raw: bytes, *, peer: str, received_ms: int) -> asyncio.Future[Answer]:
        """Queue one message, waiting while the gateway is full; the future is its answer."""
        await self._take_room(len(raw))
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        waiting = _Waiting(
            raw=raw, peer=peer, received_ms=received_ms, since=loop.time(), answer=answer
        )
        await self._queue.put(waiting)
        return answer

    async def run(self) -> None:
        """Store batches until `finish`."""
        loop = asyncio.get_running_loop()
        try:
            while batch := await self._gather():
                began = loop.time()
                answers = await loop.run_in_executor(self._worker, self._work, batch)
                self._took_s = loop.time() - began
                await self._settle(batch, answers, loop.time())
        finally:
            self._worker.shutdown(wait=True)

    async def finish(self) -> None:
        """Let everything queued so far be stored, then end `run`."""
        await self._queue.put(None)

    async def _gather(self) -> list[_Waiting]:
        """Wait for a message and take all that have queued behind it."""
        first = await self._queue.get()
        if first is not None and self._metrics.open > 1:
            await self._await_others()
        batch = [] if first is None else [first]
        while batch and len(batch) < self._limits.batch and not self._queue.empty():
            following = self._queue.get_nowait()
            if following is None:
                self._queue.put_nowait(None)
                break
            batch.append(following)
        return batch

    async def _await_others(self) -> None:
        """Wait a little while more keep coming: all monitors that were answered together send
        again together, and each commit waits for the disk.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + min(self._took_s * _SHARE, _LONGEST_S)
        seen = -1
        while seen < self._queue.qsize() < self._limits.batch and loop.time() < until:
            seen = self._queue.qsize()
            await asyncio.sleep(_STEP_S)

    async def _settle(self, batch: list[_Waiting], answers: list[Answer], now: float) -> None:
        self._metrics.committed([(now - w.since) * 1000 for w in batch])
        for waiting, answer in zip(batch, answers, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result(answer)
        async with self._room:
            self._bytes -= sum(len(w.raw) for w in batch)
            self._room.notify_all()

    async def _take_room(self, size: int) -> None:
        async with self._room:
            await self._room.wait_for(lambda: self._bytes + size <= self._limits.memory)
            self._bytes += size

    def _work(self, batch: list[_Waiting]) -> list[Answer]:
        """Read and store one batch; runs in the worker thread."""
        arrivals = [self._arrival(w) for w in batch]
        outcomes = self._stored(arrivals)
        return [
            Answer(outcome=o, header=a.message.header if a.message else None)
            for a, o in zip(arrivals, outcomes, strict=True)
        ]

    def _arrival(self, waiting: _Waiting) -> Arrival:
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
