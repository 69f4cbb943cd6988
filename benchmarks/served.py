"""The real `reprieve serve` over a bench's folder."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import children, listeners

COMMAND = str(Path(sys.executable).with_name("reprieve"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a clinic is served."""

    url: str
    mllp_port: int
    pid: int


@contextmanager
def served(env: dict[str, str]) -> Iterator[Place]:
    """This function will serve the clinic of an environment until the block ends."""
    port, mllp_port = listeners.free_port(), listeners.free_port()
    with children.running(
        [COMMAND, "serve", "--port", str(port), "--mllp-port", str(mllp_port), "--json"],
        env=env, cwd=listeners.ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        assert server.stdout
        first = server.stdout.readline()
        if not first:
            raise RuntimeError(f"`reprieve serve` ended with exit code {server.wait()}")
        # Mails go to the same place where no mail server is named.
        children.read_on(server.stdout)
        listeners.await_port(mllp_port)
        yield Place(url=json.loads(first)["url"].rstrip("/"), mllp_port=mllp_port, pid=server.pid)
