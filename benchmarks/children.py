"""What a bench starts ends with it: at its end, when it is told to stop, and when it is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from benchmarks import processes
from reprieve.config.supervise import die_with_parent

GRACE_S = 30.0
SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def end_when_told() -> None:
    """This function will let a bench that is told to stop end as by an error: it cleans up."""
    for number in SIGNALS:
        signal.signal(number, _end)


def _end(number: int, _frame: object) -> None:
    for one in SIGNALS:
        signal.signal(one, signal.SIG_IGN)  # cleaning up is not interrupted
    sys.exit(128 + number)


def start(argv: Sequence[str], **more: Any) -> subprocess.Popen[str]:
    """This function will start a process that the kernel ends (SIGTERM) when the bench is gone."""
    parent = os.getpid()

    def prepare() -> None:
        die_with_parent()
        if os.getppid() != parent:  # the bench ended before the line above
            os._exit(1)

    return subprocess.Popen(argv, text=True, preexec_fn=prepare, **more)  # noqa: PLW1509


@contextmanager
def running(argv: Sequence[str], **more: Any) -> Iterator[subprocess.Popen[str]]:
    """This function will run a process until the block ends, and all that it started."""
    process = start(argv, **more)
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    """This function will ask a process to end, wait, and kill what is left of its tree."""
    every = processes.tree(process.pid) if process.poll() is None else []
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_S)
    for pid in every:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def read_on(pipe: IO[str]) -> None:
    """This function will read what else is said and forget it: a full pipe stops who writes."""
    threading.Thread(target=lambda: [None for _ in pipe], daemon=True, name="read-on").start()
