"""A full ward: 50 beds that send once a second while 20 charts are open, on the real `serve`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import children, listeners, processes
from benchmarks.harness import Figure, figure, percentile
from benchmarks.served import served

BEDS, CHARTS = 50, 20
SECONDS, SECONDS_QUICK = 60.0, 20.0
ANSWER_P99_MS, ALARM_P99_MS, SCREEN_P95_MS = 100.0, 50.0, 2000.0
MEMORY_MB = 600.0
MB = 1_000_000 / 1024 / 1024


def measured(*, quick: bool) -> dict[str, Figure]:
    """This function will run the ward and measure answers, alarms, screens and memory.

    A message with a value beyond its limit is answered after its alarm is stored, so the time to
    its answer is an upper bound for the decision.
    """
    lasting_s = SECONDS_QUICK if quick else SECONDS
    with tempfile.TemporaryDirectory(prefix="reprieve-ward-") as folder:
        env = listeners.folder_env(folder)
        made = listeners.seated(env, BEDS)
        with served(env) as place:
            viewing = _viewing(place.url, made["cookie"], lasting_s, made["visits"][:CHARTS])
            sent = listeners.sent(place.mllp_port, BEDS, lasting_s=lasting_s, every_s=1.0)
            memory = processes.pss_mib(place.pid)
            ages, _ = viewing.communicate()
        lost = _missing(folder, sent)
    return _figures(sent, json.loads(ages), memory=memory, lost=lost)


def _viewing(url: str, cookie: str, lasting_s: float, visits: list[str]) -> subprocess.Popen[str]:
    process = children.start(
        [sys.executable, "-m", "benchmarks.viewers", url, cookie, str(lasting_s), *visits],
        cwd=listeners.ROOT,
        stdout=subprocess.PIPE,
    )
    time.sleep(1)  # the charts are open before the first value comes
    return process


def _figures(
    sent: list[tuple[int, float, bool]], ages: list[float], *, memory: float, lost: int
) -> dict[str, Figure]:
    took = [ms for _, ms, _ in sent]
    alarming = [ms for _, ms, low in sent if low] or took
    return {
        "ward messages": figure(len(took), unit="msg"),
        "ward lost": figure(lost, unit="msg", at_most=0),
        "ward answer p99": figure(percentile(took, 99), unit="ms", at_most=ANSWER_P99_MS),
        "ward alarm decision p99": figure(
            percentile(alarming, 99), unit="ms", at_most=ALARM_P99_MS
        ),
        "ward message to screen p95": figure(
            percentile(ages, 95), unit="ms", at_most=SCREEN_P95_MS
        ),
        "ward memory": figure(memory, unit="MiB", at_most=MEMORY_MB * MB),
    }


def _missing(folder: str, sent: list[tuple[int, float, bool]]) -> int:
    """Count answered messages that are not on a chart. Two monitors may share a millisecond."""
    import pysqlite3

    with pysqlite3.connect(Path(folder) / "clinic.sqlite3") as clinic:
        (stored,) = clinic.execute(
            'SELECT count(*) FROM "records_frame" WHERE "measured_ms" >= ?',
            [min(at_ms for at_ms, _, _ in sent)],
        ).fetchone()
    return max(0, len(sent) - int(stored))
