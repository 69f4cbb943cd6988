"""The tables are brought up to date while the parts import what they need, and wait for it here.

A start takes seconds of processor time; a clinic that lost its power waits for all of them. The
lock is a file's: the kernel frees it with the last process that holds it.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from reprieve.config import rotation
from reprieve.config.folder import data_folder
from reprieve.knowledge import BadValue

LOCK = "tables.lock"
WORK = (sys.executable, "-m", "reprieve.config.migrate")


def wait() -> None:
    """This function will return when no `serve` is bringing the folder's tables up to date."""
    file = data_folder() / LOCK
    if file.exists():
        with file.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)


@contextmanager
def beside(folder: Path) -> Iterator[Upgrade]:
    """This function will hold the parts back until the tables are up to date.

    The work is done in a process of its own, so that this one stays small for as long as the clinic
    runs. That process holds the lock too: where `serve` is killed, the next one waits for its end.
    A rotation of the key that was interrupted is ended first: the parts read the key as they begin.
    """
    with (folder / LOCK).open("ab") as lock, tempfile.TemporaryFile() as words:
        fcntl.flock(lock, fcntl.LOCK_EX)
        rotates = (folder / rotation.NEXT).exists()
        process = subprocess.Popen(  # noqa: S603  # our own program
            WORK, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=words,
            pass_fds=(lock.fileno(),),
        )  # fmt: skip
        try:
            if rotates:
                process.wait()
            yield Upgrade(process, lock, words)
        finally:
            process.wait()


class Upgrade:
    """The work on the tables, under way or done."""

    def __init__(self, process: subprocess.Popen[bytes], lock: IO[bytes], words: IO[bytes]) -> None:
        self._process, self._lock, self._words = process, lock, words
        self._is_done = False

    def is_done(self) -> bool:
        """This function will let the parts go on once it is done. Raises BadValue if it failed."""
        if self._is_done:
            return True
        code = self._process.poll()
        if code is None:
            return False
        if code:
            raise BadValue("data", f"the tables cannot be updated: {self._last_words()}")
        fcntl.flock(self._lock, fcntl.LOCK_UN)
        self._is_done = True
        return True

    def _last_words(self) -> str:
        self._words.seek(0)
        lines = self._words.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "no word"

