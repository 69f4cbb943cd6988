"""A process and all it started: who they are, and the memory they share out between them."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")


def tree(pid: int) -> list[int]:
    """This function will return a process and its descendants, the eldest first."""
    found = [pid]
    for parent in found:
        found.extend(_children(parent))
    return found


def is_running(pid: int) -> bool:
    """This function will tell whether a process is there and not only waiting to be reaped."""
    text = _read(pid, "stat")
    return bool(text) and text.rsplit(")", 1)[1].split()[0] != "Z"


def pss_mib(pid: int) -> float:
    """This function will add up the proportional set size of a process tree, in MiB.

    Pages shared by n processes count 1/n in each, so that the sum is the memory really taken.
    """
    return sum(_pss_kib(one) for one in tree(pid)) / 1024


def cpu_s(pid: int) -> float:
    """This function will add up the processor time of a process tree, in seconds.

    A child that has ended counts from when its parent has looked after it.
    """
    return sum(_cpu_ticks(one) for one in tree(pid)) / os.sysconf("SC_CLK_TCK")


def environment(pid: int) -> dict[str, str]:
    """This function will return the environment a process was started with, or nothing."""
    pairs = _read(pid, "environ").split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def _children(pid: int) -> list[int]:
    # A forked child belongs to the thread that forked it.
    threads = PROC / str(pid) / "task"
    try:
        listed = [(thread / "children").read_text() for thread in threads.iterdir()]
    except OSError:
        return []
    return [int(child) for line in listed for child in line.split()]


def _pss_kib(pid: int) -> int:
    for line in _read(pid, "smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _cpu_ticks(pid: int) -> int:
    text = _read(pid, "stat")
    if not text:
        return 0
    own_and_childrens = text.rsplit(")", 1)[1].split()[11:15]
    return sum(int(ticks) for ticks in own_and_childrens)


def _read(pid: int, name: str) -> str:
    """A process may end while it is looked at."""
    try:
        return (PROC / str(pid) / name).read_text(errors="replace")
    except OSError:
        return ""
