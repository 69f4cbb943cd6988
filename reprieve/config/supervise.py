"""One process that keeps others running: starts them, starts again what dies, ends all together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

POLL_S = 0.1
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 5.0
STEADY_AFTER_S = 10.0  # who ran this long starts again without a wait
GRACE_S = 10.0

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A process to keep running. `env` is laid over the supervisor's own environment."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)


def die_with_parent() -> None:
    """This function will make the kernel end this process when the one that started it ends.

    Linux only; elsewhere the parts outlive a killed supervisor and the next start says so.
    """
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


class Child:
    """One running part, and when it may be started again."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.wait_s = 0.0
        self.due_at = 0.0

    def start(self, now: float) -> None:
        """This function will start the part in a process group of its own."""
        parent = os.getpid()
        libc = _libc() if sys.platform == "linux" else None

        def prepare() -> None:
            if libc is not None:
                libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if os.getppid() != parent:  # the supervisor ended before the line above
                os._exit(1)

        self.started_at = now
        self.process = subprocess.Popen(  # noqa: S603  # our own programs, no shell
            list(self.part.argv),
            env={**os.environ, **self.part.env},
            stdin=subprocess.DEVNULL,
            # Its words, a mail on the console among them, are no part of the command's own answer.
            stdout=sys.stderr.fileno(),
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509  # the supervisor has one thread
        )

    def ended(self) -> int | None:
        """This function will return the exit code of a part that has ended, else None."""
        return None if self.process is None else self.process.poll()

    def put_off(self, now: float) -> float:
        """This function will set when to start again: at once, then after longer and longer."""
        self.sweep()
        steady = now - self.started_at >= STEADY_AFTER_S
        self.wait_s = 0.0 if steady else min(max(self.wait_s * 2, FIRST_WAIT_S), LONGEST_WAIT_S)
        self.due_at = now + self.wait_s
        self.process = None
        return self.wait_s

    def sweep(self) -> None:
        """This function will kill what the part itself started and left behind."""
        if self.process is not None:
            _signal_group(self.process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """This function will ask the part to end, wait, and kill what is left of it."""
        if self.process is None:
            return
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE_S)
        self.sweep()
        self.process.wait()


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


class Supervisor:
    """Runs parts until told to stop. They end in the reverse order of their start."""

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        say: Callable[[str], None],
        each_turn: Callable[[], None] = lambda: None,
    ) -> None:
        self.children = [Child(part) for part in parts]
        self._say = say
        self._each_turn = each_turn
        self._stopping = False

    def run(self) -> None:
        """This function will keep the parts running until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        try:
            while not self._stopping:
                self._turn(time.monotonic())
                self._each_turn()
                time.sleep(POLL_S)
        finally:
            for child in reversed(self.children):
                child.stop()

    def stop(self, *_: object) -> None:
        """This function will make `run` end after its present turn."""
        self._stopping = True

    def _turn(self, now: float) -> None:
        for child in self.children:
            code = child.ended()
            if code is not None:
                wait_s = child.put_off(now)
                self._say(f"{child.part.name} ended ({_spoken(code)}); again in {wait_s:g} s")
            if child.process is None and now >= child.due_at and not self._stopping:
                child.start(now)


def _spoken(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
