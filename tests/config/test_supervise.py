"""Parts that die come back, and all end with their supervisor, however it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.processes import is_running, tree
from reprieve.config import supervise
from reprieve.config.supervise import FIRST_WAIT_S, LONGEST_WAIT_S, STEADY_AFTER_S, Child, Part
from tests.house.running import wait_for

# A part that starts a process of its own, as granian does.
SLEEP = "import time; time.sleep(60)"
PART = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEP!r}])"
SUPERVISOR = f"""
import sys
from reprieve.config.supervise import Part, Supervisor
part = Part(name="sleeper", argv=(sys.executable, "-c", {PART!r}))
Supervisor([part], say=lambda words: print(words, flush=True)).run()
"""


class Running:
    def __init__(self, log: Path) -> None:
        self.log = log
        with log.open("w") as out:
            self.process = subprocess.Popen([sys.executable, "-c", SUPERVISOR], stdout=out)
        wait_for(lambda: len(self.family()) == 3, "the part and its child")

    def family(self) -> list[int]:
        return tree(self.process.pid)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    one = Running(tmp_path / "log")
    yield one
    one.process.kill()
    one.process.wait()


def test_a_killed_part_comes_back_and_leaves_no_child_behind(running: Running) -> None:
    _, part, grandchild = running.family()
    os.kill(part, signal.SIGKILL)
    wait_for(lambda: not is_running(grandchild), "the orphan to be gone")
    wait_for(lambda: len(running.family()) == 3 and part not in running.family(), "a new part")
    assert "sleeper ended (signal 9); again in 0.2 s" in running.log.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_ends_everything(running: Running, number: int) -> None:
    family = running.family()
    running.process.send_signal(number)
    assert running.process.wait(30) == 0
    # What was killed may take the kernel a moment to be gone.
    wait_for(lambda: not any(map(is_running, family)), "all of it to be gone", within_s=30)


def test_a_killed_supervisor_takes_its_parts_along(running: Running) -> None:
    _, part, _ = running.family()
    running.process.kill()
    wait_for(lambda: not is_running(part), "the part to end")


class TestPuttingOff:
    def test_waits_grow_to_a_limit(self) -> None:
        child = Child(Part(name="x", argv=("x",)))
        waits = [child.put_off(now=second / 2) for second in range(12)]
        assert waits[0] == FIRST_WAIT_S
        for earlier, later in pairwise(waits):
            assert later == min(2 * earlier, LONGEST_WAIT_S)
        assert waits[-1] == LONGEST_WAIT_S

    def test_a_part_that_ran_long_starts_again_at_once(self) -> None:
        child = Child(Part(name="x", argv=("x",)))
        child.put_off(now=1.0)
        assert child.put_off(now=1.0 + STEADY_AFTER_S) == 0.0

    def test_nothing_to_stop_or_to_have_ended(self) -> None:
        child = Child(Part(name="x", argv=("x",)))
        child.stop()
        assert child.ended() is None


def test_codes_are_spoken() -> None:
    assert supervise._spoken(-9) == "signal 9"
    assert supervise._spoken(3) == "exit code 3"
