"""The MLLP gateway: listens for monitors, has their messages stored, and only then answers.

Each connection has a listener and an answerer; between them stands a bounded queue, so that a
sender who floods, stalls or takes no answers is slowed or dropped without touching the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import count

from reprieve.interop.hl7v2.ack import acknowledge
from reprieve.interop.hl7v2.arrivals import Commit, Limits, Metrics
from reprieve.interop.hl7v2.committer import Answer, Committer, Reader
from reprieve.interop.hl7v2.framing import Deframer
from reprieve.interop.hl7v2.read import read
from reprieve.interop.hl7v2.values import Message
from reprieve.knowledge import BadValue

_CHUNK = 1 << 16
_POSITIVE = {"AA", "CA"}
Pending = asyncio.Queue["asyncio.Future[Answer] | None"]


def _read(raw: bytes, received: datetime) -> Message:
    return read(raw, received=received)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Gateway:
    """One listening MLLP server. `start`, then `stop`; `metrics` counts what passes."""

    def __init__(
        self,
        *,
        commit: Commit,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        allow: Sequence[str] = (),
        reader: Reader = _read,
        now_ms: Callable[[], int] = _now_ms,
    ) -> None:
        self.limits = limits or Limits()
        self.metrics = Metrics()
        self._tls = tls
        self._allowed = [_network(a) for a in allow]
        self._now_ms = now_ms
        self._committer = Committer(
            commit=commit, reader=reader, limits=self.limits, metrics=self.metrics
        )
        self._numbers = count(1)
        self._peers: Counter[str] = Counter()
        self._listening: set[asyncio.Task[None]] = set()
        self._talking: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._storing: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """Return the port that is listened on."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self, *, host: str, port: int) -> None:
        """Begin to listen. Raises OSError when the port is taken."""
        self._server = await asyncio.start_server(
            self._accept, host, port, ssl=self._tls, limit=_CHUNK
        )
        self._storing = asyncio.create_task(self._committer.run())

    async def stop(self) -> None:
        """Stop listening, store and answer what has been read, then close every connection."""
        assert self._server is not None
        assert self._storing is not None
        self._server.close()
        for listener in tuple(self._listening):
            listener.cancel()
        if self._talking:
            _done, late = await asyncio.wait(self._talking, timeout=self.limits.drain_s)
            for talk in late:
                talk.cancel()
        await self._committer.finish()
        await self._storing

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk with one sender until it leaves, or turn it away."""
        host, name = _peer(writer)
        if not self._welcome(host):
            self.metrics.refused += 1
            writer.transport.abort()
            return
        self.metrics.connections += 1
        self.metrics.open += 1
        self._peers[host] += 1
        talk = asyncio.create_task(self._talk(reader, writer, name))
        self._talking.add(talk)
        try:
            await asyncio.wait({talk})
        finally:
            self._talking.discard(talk)
            self._peers[host] -= 1
            self._peers += Counter()  # forgets peers that have left
            self.metrics.open -= 1

    def _welcome(self, host: str) -> bool:
        full = self.metrics.open >= self.limits.connections
        crowded = self._peers[host] >= self.limits.connections_per_peer
        return not full and not crowded and _is_allowed(host, self._allowed)

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        pending: Pending = asyncio.Queue(maxsize=self.limits.in_flight)
        answering = asyncio.create_task(self._answer_all(pending, writer))
        listening = asyncio.create_task(self._listen(reader, pending, peer))
        self._listening.add(listening)
        try:
            await asyncio.wait({listening})
            await pending.put(None)
            await answering
        finally:
            self._listening.discard(listening)
            answering.cancel()
            await self._close(writer)

    async def _listen(self, reader: asyncio.StreamReader, pending: Pending, peer: str) -> None:
        """Read until the sender leaves, is silent or slow too long, or sends only junk."""
        deframer = Deframer(max_frame=self.limits.max_frame)
        try:
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await self._read_on(reader, deframer, partial(self._queue, pending, peer))
        except TimeoutError:
            self.metrics.timeouts += 1
        finally:
            self.metrics.lost_frames += deframer.lost + deframer.partial
            self.metrics.too_long += deframer.too_long
            self.metrics.junk_bytes += deframer.junk_bytes

    async def _read_on(
        self,
        reader: asyncio.StreamReader,
        deframer: Deframer,
        queue: Callable[[bytes], Awaitable[None]],
    ) -> None:
        loop = asyncio.get_running_loop()
        began: float | None = None
        while deframer.junk_bytes <= self.limits.max_junk:
            slowest = loop.time() + self.limits.idle_s
            if began is not None:
                slowest = min(slowest, began + self.limits.frame_s)
            async with asyncio.timeout_at(slowest):
                data = await reader.read(_CHUNK)
            if not data:
                return
            frames = deframer.feed(data)
            for frame in frames:
                await queue(frame)
            still = deframer.partial and began is not None and not frames
            began = (began if still else loop.time()) if deframer.partial else None

    async def _queue(self, pending: Pending, peer: str, frame: bytes) -> None:
        self.metrics.received += 1
        answer = await self._committer.offer(frame, peer=peer, received_ms=self._now_ms())
        await pending.put(answer)

    async def _answer_all(self, pending: Pending, writer: asyncio.StreamWriter) -> None:
        """Write the answers in the order of the messages.

        A sender that takes no answers is cut off; what it sent is stored all the same.
        """
        taken = True
        while (coming := await pending.get()) is not None:
            answer = await coming
            if taken and not await self._answer(answer, writer):
                taken = False
                writer.transport.abort()
            self.metrics.unanswered += not taken

    async def _answer(self, answer: Answer, writer: asyncio.StreamWriter) -> bool:
        code = answer.outcome.ack
        if code is None:
            return True
        self.metrics.acked += code in _POSITIVE
        self.metrics.rejected += code not in _POSITIVE
        try:
            async with asyncio.timeout(self.limits.write_s):
                writer.write(self._frame(answer, code))
                await writer.drain()
        except (TimeoutError, ConnectionError, ssl.SSLError):
            return False
        return True

    def _frame(self, answer: Answer, code: str) -> bytes:
        now = self._now_ms()
        return acknowledge(
            answer.header,
            code=code,
            text=answer.outcome.text,
            at=datetime.fromtimestamp(now / 1000, tz=UTC),
            ack_id=f"{now}{next(self._numbers) % 1_000_000:06d}",
        )

    async def _close(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
        with contextlib.suppress(TimeoutError, ConnectionError, ssl.SSLError):
            async with asyncio.timeout(self.limits.write_s):
                await writer.wait_closed()


async def serve(
    *,
    host: str,
    port: int,
    commit: Commit,
    limits: Limits | None = None,
    tls: ssl.SSLContext | None = None,
    allow: Sequence[str] = (),
    reader: Reader = _read,
    now_ms: Callable[[], int] = _now_ms,
    started: Callable[[Gateway], None] = lambda _gateway: None,
) -> None:
    """Run a gateway until the task is cancelled, then stop it gracefully.

    `commit` is blocking and runs in one worker thread; `allow` holds addresses and networks
    (empty: every sender); `reader` reads a message with the clinic's dialects and zone;
    `started` is told the gateway once it listens. Raises OSError when the port is taken, BadValue
    naming `allow` for an address that is none.
    """
    gateway = Gateway(
        commit=commit, limits=limits, tls=tls, allow=allow, reader=reader, now_ms=now_ms
    )
    await gateway.start(host=host, port=port)
    started(gateway)
    try:
        await asyncio.Event().wait()
    finally:
        await gateway.stop()


def tls_context(
    *, certificate: str, key: str, client_authority: str | None = None
) -> ssl.SSLContext:
    """Make the server's TLS settings; with `client_authority` senders must show a certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=client_authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.verify_mode = ssl.CERT_REQUIRED if client_authority else ssl.CERT_NONE
    return context


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise BadValue("allow", f"{text!r} is no address or network") from error


def _is_allowed(host: str, allowed: Sequence[IPv4Network | IPv6Network]) -> bool:
    if not allowed:
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in network for network in allowed)


def _peer(writer: asyncio.StreamWriter) -> tuple[str, str]:
    """Return the sender's address, alone and with its port."""
    host, port, *_ = writer.get_extra_info("peername") or ("unknown", 0)
    return str(host), f"{host}:{port}"
