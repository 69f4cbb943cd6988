"""The fixture `live_clinic`: the real `reprieve serve`, over a clinic of the test's own."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks import processes
from tests.house.engines import ROOT, Copy, clean_environment
from tests.house.server import free_port

if TYPE_CHECKING:
    from tests.world import World

READY_WITHIN_S = 90.0
COMMAND_WITHIN_S = 180.0
COMMAND = str(Path(sys.executable).with_name("reprieve"))
PARTS = ("jobs", "gateway", "web")


class LiveClinic:
    """A clinic that is being served. `world` is what the test may change beside the server."""

    def __init__(self, *, folder: Path, env: dict[str, str], world: World | None = None) -> None:
        self.folder = folder
        self.env = clean_environment(**env)
        self.world = world
        self.port = free_port()
        self.mllp_port = free_port()
        self.log = folder / "serve.log"
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        """The supervisor's process."""
        assert self._process is not None, "start the clinic first"
        return self._process.pid

    def start(self, *options: str) -> LiveClinic:
        """This function will serve and return when pages and the monitors' port answer."""
        where = ["--port", str(self.port), "--mllp-port", str(self.mllp_port), "--json"]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [COMMAND, "serve", *where, *options],
                env=self.env, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        self.url = json.loads(self._first_line())["url"].rstrip("/")
        wait_for(lambda: accepts(self.mllp_port), "the monitors' port")
        return self

    def reprieve(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """This function will run another command on the same clinic."""
        return subprocess.run(
            [COMMAND, *arguments], env=self.env, cwd=ROOT, capture_output=True, text=True,
            check=False, timeout=COMMAND_WITHIN_S,
        )  # fmt: skip

    def parts(self) -> dict[str, int]:
        """This function will return the process of each part that is running."""
        named = {
            processes.environment(pid).get("REPRIEVE_PART", ""): pid
            for pid in reversed(processes.tree(self.pid)[1:])
        }
        return {name: pid for name, pid in named.items() if name in PARTS}

    def stop(self) -> int:
        """This function will ask the clinic to end and return its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(60)
        self._forget()
        return code

    def kill(self) -> None:
        """This function will end the supervisor as a power cut does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._forget()

    def _forget(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    def _first_line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], READY_WITHIN_S)
        line = self._process.stdout.readline() if ready else ""
        assert line, f"serve did not start:\n{self.log.read_text()}"
        return line


def accepts(port: int) -> bool:
    """This function will tell whether something listens on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(holds: Callable[[], bool], what: str, *, within_s: float = 90.0) -> None:
    """This function will wait until something holds, and fail naming it when it does not."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, f"waited {within_s:g} s for {what}"
        time.sleep(0.05)


@pytest.fixture
def served(fresh_database: Copy) -> Iterator[LiveClinic]:
    """A clinic not yet started, for tests that choose how: `served.start("--host", ...)`."""
    from django.test import override_settings

    from tests import world
    from tests.house import hashing

    with override_settings(PASSWORD_HASHERS=hashing.TRUE):
        clinic = LiveClinic(
            folder=fresh_database.folder, env=fresh_database.env, world=world.found()
        )
    try:
        yield clinic
    finally:
        if os.environ.get("REPRIEVE_TESTS_SHOW_LOGS"):
            sys.stderr.write(clinic.log.read_text())
        clinic.stop()


@pytest.fixture
def live_clinic(served: LiveClinic) -> LiveClinic:
    """A clinic that is being served: `.url`, `.mllp_port`, `.world`, `.parts()`, `.reprieve()`."""
    return served.start()
