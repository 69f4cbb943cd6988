"""The process that keeps time: one leads, another takes over, and no failed chore ends it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from reprieve.config import jobs
from reprieve.pathway import ticker
from reprieve.records.models import Lease
from tests.house.engines import ROOT, Copy, clean_environment
from tests.house.running import wait_for

LEADS_WITHIN_S = 90.0
HANDED_OVER_WITHIN_S = 10.0


@pytest.fixture
def two(fresh_database: Copy) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two processes that want to keep time over one database."""
    env = clean_environment(**fresh_database.env, REPRIEVE_PART="jobs")
    started = [
        subprocess.Popen([sys.executable, "-m", "reprieve.config.jobs"], env=env, cwd=ROOT)
        for _ in range(2)
    ]
    yield started
    for process in started:
        process.kill()
        process.wait()


def holder() -> int | None:
    """The process that holds the lease now."""
    row = Lease.objects.filter(name=ticker.LEASE, until_ms__gt=time.time() * 1000).first()
    return int(row.holder.partition("-")[0]) if row else None


def leads() -> int:
    """The process that holds it at every look of two seconds: no gap, and never the other.

    A machine that stands still for longer than a lease lets it run out: then anew.
    """
    end = time.monotonic() + LEADS_WITHIN_S
    while time.monotonic() < end:
        seen = set()
        for _ in range(20):
            seen.add(holder())
            time.sleep(0.1)
        if len(seen) == 1 and (found := seen.pop()) is not None:
            return found
    raise AssertionError("nobody leads without a gap")


def test_one_leads_and_killing_it_hands_over(two: list[subprocess.Popen[bytes]]) -> None:
    first = leads()
    leader = next(p for p in two if p.pid == first)
    other = next(p for p in two if p.pid != first)
    leader.kill()
    wait_for(lambda: holder() == other.pid, "the other to lead", within_s=HANDED_OVER_WITHIN_S)


def test_told_to_stop_it_gives_the_lease_back(two: list[subprocess.Popen[bytes]]) -> None:
    first = leads()
    leader = next(p for p in two if p.pid == first)
    leader.terminate()
    assert leader.wait(30) == 0
    assert holder() != first  # given back: it has not run out yet
    other = next(p for p in two if p is not leader)
    wait_for(lambda: holder() == other.pid, "the other to lead", within_s=HANDED_OVER_WITHIN_S)


def test_a_chore_that_fails_ends_neither_the_clock_nor_its_neighbours(
    fresh_database: Copy,
) -> None:
    done: list[str] = []
    stop = threading.Event()

    def fails(_at_ms: int) -> None:
        done.append("fails")
        raise RuntimeError("once")

    def works(_at_ms: int) -> None:
        done.append("works")
        if done.count("works") == 2:
            stop.set()

    work = [
        jobs.Chore(name="fails", every_s=0, do=fails),
        jobs.Chore(name="works", every_s=0, do=works),
    ]
    beating = threading.Thread(target=jobs.run, args=(work, stop))
    beating.start()
    beating.join(10)
    assert not beating.is_alive()
    assert done.count("fails") >= 2
