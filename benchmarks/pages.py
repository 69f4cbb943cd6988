"""Pages under load: board, infusion chart with 5,000 values, patient list of 10,000.

Eight clients ask the real `reprieve serve` in turns with a bare view on the same server; memory
is the proportional set size over all its processes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from benchmarks import processes
from benchmarks.harness import Figure, figure, percentile
from benchmarks.served import served

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 8
P95_MS = 150.0
MEMORY_MB = 400.0


def run(*, quick: bool) -> dict[str, Figure]:
    """This function will fill a clinic, serve it, and time its pages."""
    patients, values, seconds = (1_000, 1_000, 5.0) if quick else (10_000, 5_000, 20.0)
    with tempfile.TemporaryDirectory(prefix="reprieve-bench-") as folder:
        env = {**os.environ, "REPRIEVE_DATA": folder, "PYTHONPATH": str(ROOT)}
        made = _filled(env, patients, values)
        with served(env) as place:
            figures = _timed(place.url, made, seconds)
            memory = processes.pss_mib(place.pid)
    size = f"{patients} patients, {values} values"
    print(f"pages: {size}, {CLIENTS} clients, {seconds:g} s each", file=sys.stderr)
    return {**figures, "pages_memory": figure(memory, unit="MiB", at_most=MEMORY_MB)}


def _filled(env: dict[str, str], patients: int, values: int) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.filled", str(patients), str(values)],
        env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    made: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return made


def _timed(url: str, made: dict[str, str], seconds: float) -> dict[str, Figure]:
    paths = {
        "bare": "/healthz",
        "board": "/board",
        "chart": f"/infusion/{made['infusion']}",
        "chart_data": f"/live/infusion/{made['infusion']}?after=0",
        "patients": "/patients",
    }
    times = _load({name: url + path for name, path in paths.items()}, made["cookie"], seconds)
    bare = percentile(times["bare"], 95)
    figures: dict[str, Figure] = {}
    for name in ("board", "chart", "chart_data", "patients"):
        p95 = percentile(times[name], 95)
        figures[f"pages_{name}_p50"] = figure(percentile(times[name], 50), unit="ms")
        figures[f"pages_{name}_p95"] = figure(p95, unit="ms", at_most=P95_MS, peer=bare)
    return figures


def _load(urls: dict[str, str], cookie: str, seconds: float) -> dict[str, list[float]]:
    """Each client asks for the pages in turn, so that a slow moment falls on all of them."""
    times: dict[str, list[float]] = {name: [] for name in urls}
    until = time.monotonic() + seconds * len(urls)

    def client() -> None:
        while time.monotonic() < until:
            for name, url in urls.items():
                times[name].append(_ask(url, cookie))

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for url in urls.values():
        _ask(url, cookie)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _ask(url: str, cookie: str) -> float:
    asked = urllib.request.Request(url, headers={"Cookie": f"sessionid={cookie}"})
    started = time.perf_counter()
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.status == 200
        assert "login" not in answer.url, "the bench is not signed in"
        answer.read()
    return (time.perf_counter() - started) * 1000
