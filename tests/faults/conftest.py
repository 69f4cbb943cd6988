"""What the tests of faults share: the real gateway process, and a clinic of the present day."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.house.engines import ROOT, Copy, clean_environment
from tests.house.running import accepts, wait_for
from tests.house.server import free_port

if TYPE_CHECKING:
    from tests.world import World


class GatewayProcess:
    """`python -m reprieve.config.gateway` over a test's database, on a port of its own."""

    def __init__(self, copy: Copy, **more: str) -> None:
        self.port = free_port()
        self._env = clean_environment(**copy.env, REPRIEVE_MLLP_PORT=str(self.port)) | more
        self._log = copy.folder / "gateway.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """This function will start it and return once it listens."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "reprieve.config.gateway"],
                env=self._env, cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip
        wait_for(lambda: accepts(self.port), "the gateway to listen")

    def kill(self) -> None:
        """This function will end it as a power cut does."""
        self._end(kill=True)

    def stop(self) -> int:
        """This function will ask it to end and return its exit code."""
        return self._end(kill=False)

    def _end(self, *, kill: bool) -> int:
        if self.process is None:
            return 0
        (self.process.kill if kill else self.process.terminate)()
        code = self.process.wait(30)
        self.process = None
        return code


@pytest.fixture
def today(fresh_database: Copy) -> World:
    """A clinic founded this minute: the gateway's processes know no other clock."""
    from tests import world as worlds

    return worlds.found(at=datetime.fromtimestamp(int(datetime.now(UTC).timestamp()), UTC))


@pytest.fixture
def gateway(fresh_database: Copy, today: World) -> Iterator[GatewayProcess]:
    """The real gateway process of the clinic `today`, listening."""
    process = GatewayProcess(fresh_database)
    process.start()
    yield process
    process.stop()
