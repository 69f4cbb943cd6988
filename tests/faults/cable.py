"""A cable between a program and a server on this machine, which a test can pull out."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from typing import Any

from tests.house.server import free_port

RESET_AT_ONCE = struct.pack("ii", 1, 0)
PIECE = 65536


class Cable:
    """Carries bytes from its own port to another. Cut, what was under way is lost.

    `cut(is_silent=True)` is a pulled plug: nobody is told, bytes go nowhere. Otherwise every
    connection is reset at once, and new ones too until `mend`. `forget` is a firewall or proxy that
    lost its memory: the connections there are carry nothing ever again, and neither end is told.
    """

    def __init__(self, to_port: int) -> None:
        self.port = free_port()
        self._to_port = to_port
        self._ends: set[asyncio.StreamWriter] = set()
        self._forgotten: set[asyncio.StreamWriter] = set()
        self._is_refusing = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._does(self._open())

    def cut(self, *, is_silent: bool) -> None:
        """This function will cut the cable until it is mended."""
        self._does(self._cut(is_silent))

    def forget(self) -> None:
        """This function will let every connection of now fall silent for good; new ones carry."""
        self._does(self._forget())

    def mend(self) -> None:
        """This function will let new connections through; those from before are gone."""
        self._does(self._mend())

    def close(self) -> None:
        """This function will take the cable away."""
        self._does(self._away())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    def _does(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _open(self) -> None:
        self._plugged = asyncio.Event()
        self._plugged.set()
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", self.port)

    async def _cut(self, is_silent: bool) -> None:
        self._plugged.clear()
        self._is_refusing = not is_silent
        if not is_silent:
            self._reset_all()

    async def _mend(self) -> None:
        self._reset_all()
        self._is_refusing = False
        self._plugged.set()

    async def _forget(self) -> None:
        self._plugged.clear()
        self._forgotten |= self._ends
        self._ends.clear()
        self._plugged = asyncio.Event()
        self._plugged.set()

    async def _away(self) -> None:
        self._server.close()
        self._ends |= self._forgotten
        self._reset_all()
        own = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not own]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _reset_all(self) -> None:
        for end in list(self._ends):
            self._reset(end)

    def _reset(self, end: asyncio.StreamWriter) -> None:
        self._ends.discard(end)
        plug = end.get_extra_info("socket")
        if plug is not None and plug.fileno() >= 0:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_ONCE)
        end.transport.abort()

    async def _joined(self, near: asyncio.StreamReader, near_end: asyncio.StreamWriter) -> None:
        if self._is_refusing:
            self._reset(near_end)
            return
        self._ends.add(near_end)
        plugged = self._plugged
        await plugged.wait()
        try:
            far, far_end = await asyncio.open_connection("127.0.0.1", self._to_port)
        except OSError:
            self._reset(near_end)
            return
        self._ends.add(far_end)
        with contextlib.suppress(asyncio.CancelledError):  # the cable is taken away
            await asyncio.gather(
                self._carry(near, far_end, plugged), self._carry(far, near_end, plugged)
            )
        for end in (near_end, far_end):
            self._reset(end)

    async def _carry(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, plugged: asyncio.Event
    ) -> None:
        try:
            while data := await source.read(PIECE):
                await plugged.wait()
                if target.is_closing():  # the cable was mended: what was under way is lost
                    return
                target.write(data)
                await target.drain()
            await plugged.wait()
            target.write_eof()
        except (OSError, RuntimeError):
            # A reset is passed on, as by any wire: a killed program's unread bytes make one.
            await plugged.wait()
            self._reset(target)
