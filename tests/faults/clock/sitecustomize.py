"""Moves a process's wall clock by the seconds that a file names, as a machine's clock may jump."""

import os
import time
from pathlib import Path

_file = Path(os.environ["REPRIEVE_TESTS_CLOCK"])
_true_ns = time.time_ns


def _now_ns() -> int:
    return _true_ns() + int(float(_file.read_text() or 0) * 1e9)


time.time_ns = _now_ns
time.time = lambda: _now_ns() / 1e9
