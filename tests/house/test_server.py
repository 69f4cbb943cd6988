"""A run that is killed leaves no database server behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.engines import ROOT
from tests.house.running import accepts, wait_for

RUN = """
from tests.house.server import Server
server = Server()
print(server.port, server.folder, flush=True)
input()
{end}
"""


@pytest.mark.parametrize("end", ["server.stop()", "import os; os.kill(os.getpid(), 9)"])
def test_the_server_ends_with_its_run(end: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RUN.format(end=end)], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as run:  # fmt: skip
        assert run.stdout is not None
        port, folder = run.stdout.readline().split()
        assert accepts(int(port))
        run.communicate("go on\n")
    wait_for(lambda: not accepts(int(port)), "the server to end")
    wait_for(lambda: not Path(folder).exists(), "its files to be removed")
