"""The MLLP gateway: listens for monitors, has their messages stored, and only then answers.

A sender who floods, stalls or takes no answers is slowed or dropped without touching the others:
see `connection`. What is read is stored in batches: see `committer`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import count

from reprieve.interop.hl7v2.ack import acknowledge
from reprieve.interop.hl7v2.arrivals import Commit, Limits, Metrics
from reprieve.interop.hl7v2.committer import Answer, Committer, Reader
from reprieve.interop.hl7v2.connection import Connection
from reprieve.interop.hl7v2.read import read
from reprieve.interop.hl7v2.values import Message
from reprieve.knowledge import BadValue


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
        self.committer = Committer(
            commit=commit, reader=reader, limits=self.limits, metrics=self.metrics
        )
        self._tls = tls
        self._allowed = [_network(a) for a in allow]
        self._clock = now_ms
        self._numbers = count(1)
        self._peers: Counter[str] = Counter()
        self._open: set[Connection] = set()
        self._empty = asyncio.Event()
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
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self), host, port, ssl=self._tls
        )
        self._storing = asyncio.create_task(self.committer.run())

    async def stop(self) -> None:
        """Stop listening, store and answer what has been read, then close every connection."""
        assert self._server is not None
        assert self._storing is not None
        self._server.close()
        for connection in tuple(self._open):
            connection.stop()
        if self._open:
            self._empty.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.limits.drain_s):
                    await self._empty.wait()
        for connection in tuple(self._open):
            connection.abort()
        self.committer.finish()
        await self._storing

    def entered(self, connection: Connection) -> bool:
        """Let a sender in, or say that it must go."""
        if not self._welcome(connection.host):
            self.metrics.refused += 1
            return False
        self.metrics.connections += 1
        self.metrics.open += 1
        self._peers[connection.host] += 1
        self._open.add(connection)
        return True

    def left(self, connection: Connection) -> None:
        """Forget a sender that has gone."""
        self._open.discard(connection)
        self._peers[connection.host] -= 1
        self._peers += Counter()  # forgets peers that have left
        self.metrics.open -= 1
        if not self._open:
            self._empty.set()

    def now_ms(self) -> int:
        """Return the time of the clinic's clock."""
        return self._clock()

    def framed(self, answer: Answer, code: str) -> bytes:
        """Write one answer."""
        now = self._clock()
        return acknowledge(
            answer.header,
            code=code,
            text=answer.outcome.text,
            at=datetime.fromtimestamp(now / 1000, tz=UTC),
            ack_id=f"{now}{next(self._numbers) % 1_000_000:06d}",
        )

    def _welcome(self, host: str) -> bool:
        full = self.metrics.open >= self.limits.connections
        crowded = self._peers[host] >= self.limits.connections_per_peer
        return not full and not crowded and _is_allowed(host, self._allowed)


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
