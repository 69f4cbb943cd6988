"""A peer: python-hl7's own MLLP server, as its manual shows it. It stores nothing.

`python python_hl7_server.py PORT`, in the environment of benchmarks/peers.txt.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from hl7.mllp import start_hl7_server  # type: ignore[import-not-found]


async def answer(reader: Any, writer: Any) -> None:
    """This function will parse each message and acknowledge it."""
    try:
        while not writer.is_closing():
            message = await reader.readmessage()
            writer.writemessage(message.create_ack())
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    """This function will serve until the process is ended."""
    server = await start_hl7_server(
        answer, host="127.0.0.1", port=int(sys.argv[1]), encoding="utf-8"
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
