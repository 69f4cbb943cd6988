"""Parts wait for the tables, and a `serve` whose tables cannot be updated ends with the reason."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reprieve.config import rotation, upgrade
from reprieve.knowledge import BadValue
from tests.house.running import LiveClinic, wait_for
from tests.house.server import free_port

WAITING = "from reprieve.config import upgrade; upgrade.wait(); print('went on', flush=True)"
UNTIL = """
import os, sys, time
while not os.path.exists({file!r}):
    time.sleep(0.05)
"""
# Begins the work, which goes on until it may end, and is killed in the midst of it.
KILLED = """
import os, pathlib, signal, sys
from reprieve.config import upgrade
waits = "import os, time\\nwhile not os.path.exists({go!r}): time.sleep(0.05)"
upgrade.WORK = (sys.executable, "-c", waits)
with upgrade.beside(pathlib.Path({folder!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""
NEXT = """
import pathlib, sys
from reprieve.config import upgrade
upgrade.WORK = (sys.executable, "-c", "")
with upgrade.beside(pathlib.Path({folder!r})):
    pathlib.Path({entered!r}).touch()
"""


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`work("...")` lets a Python program stand for the work on the tables."""

    def stand_in(program: str) -> None:
        monkeypatch.setattr(upgrade, "WORK", (sys.executable, "-c", program))

    return stand_in


def part(folder: Path) -> subprocess.Popen[bytes]:
    env = {**os.environ, "REPRIEVE_DATA": str(folder)}
    return subprocess.Popen([sys.executable, "-c", WAITING], env=env, stdout=subprocess.PIPE)


def until_done(tables: upgrade.Upgrade) -> None:
    wait_for(tables.is_done, "the tables to be done")


def test_a_part_waits_until_the_tables_are_done(
    tmp_path: Path, work: Callable[[str], None]
) -> None:
    go = tmp_path / "go"
    work(UNTIL.format(file=str(go)))
    with upgrade.beside(tmp_path) as tables:
        waiting = part(tmp_path)
        time.sleep(1)
        assert waiting.poll() is None
        assert not tables.is_done()
        go.touch()
        until_done(tables)
        assert waiting.communicate(timeout=60)[0] == b"went on\n"
        later = part(tmp_path)
        assert later.communicate(timeout=60)[0] == b"went on\n"


def test_a_folder_that_nobody_serves_is_not_waited_for(tmp_path: Path) -> None:
    assert part(tmp_path).communicate(timeout=60)[0] == b"went on\n"


def test_a_key_that_was_half_changed_is_settled_before_the_parts_begin(
    tmp_path: Path, work: Callable[[str], None]
) -> None:
    (tmp_path / rotation.NEXT).touch()
    work(f"import time; time.sleep(1); open({str(tmp_path / 'settled')!r}, 'w')")
    with upgrade.beside(tmp_path):
        assert (tmp_path / "settled").exists()


def test_the_work_of_a_killed_serve_is_waited_for(tmp_path: Path) -> None:
    go, entered = tmp_path / "go", tmp_path / "entered"
    where = {"folder": str(tmp_path), "go": str(go), "entered": str(entered)}
    killed = subprocess.Popen([sys.executable, "-c", KILLED.format(**where)])
    assert killed.wait(60) == -signal.SIGKILL
    after = subprocess.Popen([sys.executable, "-c", NEXT.format(**where)])
    time.sleep(1)
    assert not entered.exists()
    go.touch()
    assert after.wait(60) == 0
    assert entered.exists()


def test_what_fails_says_its_last_words(tmp_path: Path, work: Callable[[str], None]) -> None:
    work("import sys; sys.exit('no room\\nleft on it')")
    with (
        pytest.raises(BadValue, match="the tables cannot be updated: left on it"),
        upgrade.beside(tmp_path) as tables,
    ):
        until_done(tables)


@pytest.mark.sqlite  # a server's database is not spoilt by writing into a file
def test_a_clinic_whose_tables_fail_is_not_served(served: LiveClinic) -> None:
    """A file that is no database: the parts have begun, and end with it."""
    (served.folder / "clinic.sqlite3").write_bytes(b"no database" * 1000)
    done = served.reprieve("serve", "--port", str(free_port()), "--mllp-port", str(free_port()))
    assert done.returncode == 2
    assert "reprieve: data: the tables cannot be updated: " in done.stderr
    assert "ended" not in done.stderr  # no part met tables that are not there
