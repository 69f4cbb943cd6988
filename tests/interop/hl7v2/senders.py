"""A store and a sender for tests of the gateway."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time

from reprieve.interop.hl7v2.arrivals import stored
from reprieve.interop.hl7v2.framing import Deframer
from reprieve.interop.hl7v2.parse import parse

WAIT_S = 60  # no test measures it: a machine that is busy may take long for anything


class Sink:
    """A store for tests: keeps what it is given and fails where told to."""

    def __init__(self) -> None:
        self.batches: list[list[str | None]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.poison: str | None = None

    @property
    def ids(self) -> list[str | None]:
        return [one for batch in self.batches for one in batch]

    def __call__(self, arrivals):
        self.gate.wait(WAIT_S)
        ids = [a.message.control_id if a.message else a.error for a in arrivals]
        if self.poison in ids:
            raise RuntimeError("disk full")
        self.batches.append(ids)
        return [stored(a) for a in arrivals]


class Client:
    def __init__(self, reader, writer):
        self.reader, self.writer, self.deframer = reader, writer, Deframer()
        self.ready: list[bytes] = []

    async def send(self, *chunks: bytes) -> None:
        for chunk in chunks:
            self.writer.write(chunk)
            await self.writer.drain()

    async def ack(self) -> tuple[str, str]:
        while not self.ready:
            data = await asyncio.wait_for(self.reader.read(4096), WAIT_S)
            assert data, "closed"
            self.ready = self.deframer.feed(data)
        msa = parse(self.ready.pop(0)).every("MSA")[0]
        return msa.text(1), msa.raw(2)

    async def closed(self) -> bool:
        try:
            return await asyncio.wait_for(self.reader.read(), WAIT_S) == b""
        except (ConnectionError, ssl.SSLError):
            return True


async def until(condition) -> None:
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end, "never happened"
        await asyncio.sleep(0.01)
