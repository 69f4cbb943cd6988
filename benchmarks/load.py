"""A full clinic at once: 50 staff and 200 diary patients, 20 live infusions, on each engine.

Everybody works against the real `reprieve serve` from processes of their own on the same
processors. Monitors send once a second over real sockets. Staff look 4 to 12 s at a page, type for
3 to 8 s, and a page with live values asks once a second; a patient fills a day in 15 to 30 s, rests
for 5 to 15 and fills another. Each has a session and a connection of their own. PostgreSQL is a
real server on the same machine that waits for its disk, as SQLite does.

`load_p95_ms` is of the pages and forms that people wait for; what pages ask by themselves once a
second, and is mostly answered by "nothing new", is told apart.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from benchmarks import children, listeners, load_users, processes
from benchmarks.harness import Figure, figure, percentile
from benchmarks.load_clinic import DIARIES, INFUSIONS, STAFF
from benchmarks.served import Place, served

WARM_UP_S, SECONDS = 60.0, 120.0
WARM_UP_QUICK_S, SECONDS_QUICK = 20.0, 25.0
TREATED_QUICK = 40  # of the diary patients; all of them at full size
LOOK_EVERY_S = 5.0
READINGS, READINGS_QUICK = 500, 200
BESIDE_S = 0.25  # between two readings logged while everybody works
P95_MS, AUDIT_CPU_MS, AUDIT_P95_MS = 300.0, 2.0, 5.0
GROWTH_MIB = 20.0
ENGINES = ("sqlite", "postgresql")
LATE_S = 60.0


@dataclass
class Run:
    """What was found on one engine."""

    times: dict[str, list[float]]
    errors: list[str]
    memory: list[float] = field(default_factory=list)
    cores: float = 0.0
    audit: dict[str, list[float]] = field(default_factory=dict)
    audit_beside: list[float] = field(default_factory=list)


def run(*, quick: bool) -> dict[str, Figure]:
    """This function will load each engine and tell what people waited, and what went wrong."""
    figures: dict[str, Figure] = {}
    runs = {engine: _run(engine, quick=quick) for engine in ENGINES}
    for engine, one in runs.items():
        _tell(engine, one)
        figures |= _figures(engine, one)
    cpu = [statistics.mean(one.audit["cpu_ms"]) for one in runs.values()]
    p95 = [percentile(one.audit["took_ms"], 95) for one in runs.values()]
    wrong = sum(len(one.errors) for one in runs.values())
    return {
        **figures,
        "load_errors": figure(wrong, unit="errors", at_most=0),
        # Of the engine where it costs more.
        "audit_cpu_ms": figure(max(cpu), unit="ms", at_most=AUDIT_CPU_MS),
        "audit_p95_ms": figure(max(p95), unit="ms", at_most=AUDIT_P95_MS),
    }


def _run(engine: str, *, quick: bool) -> Run:
    warm_up_s, lasting_s = (WARM_UP_QUICK_S, SECONDS_QUICK) if quick else (WARM_UP_S, SECONDS)
    with _clinic(engine) as env:
        made = _said(env, "load_clinic", TREATED_QUICK if quick else DIARIES)
        with served(env) as place:
            found = _loaded(env, place, made, warm_up_s, lasting_s)
        found.audit = _said(env, "load_audit", READINGS_QUICK if quick else READINGS, 0)
    return found


def _loaded(
    env: dict[str, str], place: Place, made: dict[str, Any], warm_up_s: float, lasting_s: float
) -> Run:
    """Let everybody work; what is measured begins after the warm-up."""
    whole_s = warm_up_s + lasting_s
    with contextlib.ExitStack() as working:
        users = working.enter_context(_users(place, made, warm_up_s, lasting_s))
        monitors = listeners.sending(place.mllp_port, INFUSIONS, lasting_s=whole_s, every_s=1.0)
        working.callback(children.end, monitors)
        time.sleep(warm_up_s)
        logged = working.enter_context(_logging(env, lasting_s))
        memory, cores = _watched(place.pid, lasting_s)
        told = json.loads(users.communicate(timeout=LATE_S)[0])
        beside = json.loads(logged.communicate(timeout=LATE_S)[0])["took_ms"]
        monitors.communicate(timeout=LATE_S)
    found = Run(times=told["times"], errors=told["errors"], memory=memory, cores=cores)
    found.audit_beside = beside
    if monitors.returncode:
        found.errors.append("monitors: not answered")
    return found


def _watched(pid: int, lasting_s: float) -> tuple[list[float], float]:
    """Memory at the beginning, now and then, and at the end; and how many processors were busy."""
    memory, cpu, began = [processes.pss_mib(pid)], processes.cpu_s(pid), time.monotonic()
    while (left := began + lasting_s - time.monotonic()) > 0:
        time.sleep(min(LOOK_EVERY_S, left))
        memory.append(processes.pss_mib(pid))
    return memory, (processes.cpu_s(pid) - cpu) / (time.monotonic() - began)


@contextlib.contextmanager
def _users(
    place: Place, made: dict[str, Any], warm_up_s: float, lasting_s: float
) -> Iterator[subprocess.Popen[str]]:
    port = urlsplit(place.url).port
    argv = [sys.executable, "-m", "benchmarks.load_users", str(port), str(warm_up_s),
            str(lasting_s)]  # fmt: skip
    with tempfile.TemporaryFile("w+") as told:
        json.dump(made, told)
        told.seek(0)
        pipes = {"stdin": told, "stdout": subprocess.PIPE}
        with children.running(argv, cwd=listeners.ROOT, **pipes) as users:
            yield users


def _logging(
    env: dict[str, str], lasting_s: float
) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
    readings = int(lasting_s / (BESIDE_S * 1.5))
    argv = [sys.executable, "-m", "benchmarks.load_audit", str(readings), str(BESIDE_S)]
    return children.running(argv, env=env, cwd=listeners.ROOT, stdout=subprocess.PIPE)


def _said(env: dict[str, str], name: str, *arguments: object) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *map(str, arguments)],
        env=env, cwd=listeners.ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


@contextlib.contextmanager
def _clinic(engine: str) -> Iterator[dict[str, str]]:
    """A clinic's environment: a folder, and on PostgreSQL a server of its own."""
    with tempfile.TemporaryDirectory(prefix="reprieve-load-") as folder:
        env = listeners.folder_env(folder)
        if engine == "sqlite":
            yield env
            return
        from tests.house.server import Server

        server = Server(options="-c max_connections=200")
        try:
            yield env | {"REPRIEVE_DATABASE_URL": server.address}
        finally:
            server.stop()


def _figures(engine: str, one: Run) -> dict[str, Figure]:
    waited = [ms for kind, each in one.times.items() if not _is_live(kind) for ms in each]
    live = [ms for kind, each in one.times.items() if _is_live(kind) for ms in each]
    growth = one.memory[-1] - one.memory[0]
    return {
        f"load_p95_ms_{engine}": figure(percentile(waited, 95), unit="ms", at_most=P95_MS),
        f"load_p50_ms_{engine}": figure(percentile(waited, 50), unit="ms"),
        f"load_live_p95_ms_{engine}": figure(percentile(live, 95), unit="ms"),
        f"load_answers_{engine}": figure(len(waited) + len(live), unit="answers"),
        f"load_cores_{engine}": figure(one.cores, unit="cores"),
        f"load_memory_begin_{engine}": figure(one.memory[0], unit="MiB"),
        f"load_memory_end_{engine}": figure(one.memory[-1], unit="MiB"),
        f"load_memory_growth_{engine}": figure(growth, unit="MiB", at_most=GROWTH_MIB),
        f"audit_cpu_ms_{engine}": figure(statistics.mean(one.audit["cpu_ms"]), unit="ms"),
        f"audit_p95_ms_{engine}": figure(percentile(one.audit["took_ms"], 95), unit="ms"),
        f"audit_p95_ms_under_load_{engine}": figure(percentile(one.audit_beside, 95), unit="ms"),
    }


def _is_live(kind: str) -> bool:
    return kind.startswith(load_users.LIVE)


def _tell(engine: str, one: Run) -> None:
    """What does not fit a figure: who worked how, and each kind of page."""
    people = ", ".join(f"{many} {role.replace('_', ' ')}" for role, many in STAFF.items())
    _say(f"load on {engine}: {people}, {DIARIES} diary patients, {INFUSIONS} infusions")
    _say(f"  {os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f}")
    _say(
        "  seconds between presses: staff look {:g}-{:g}, type {:g}-{:g}; a patient fills "
        "{:g}-{:g}, rests {:g}-{:g}; live values asked every {:g}".format(
            *load_users.STAFF_THINK, *load_users.STAFF_TYPE, *load_users.PATIENT_FILLS,
            *load_users.PATIENT_RESTS, load_users.POLL_S,
        )
    )  # fmt: skip
    for kind, took in sorted(one.times.items()):
        p50, p95 = percentile(took, 50), percentile(took, 95)
        _say(f"  {kind:20} {len(took):6} p50 {p50:6.0f} p95 {p95:6.0f} ms")
    _say("  memory MiB: " + " ".join(f"{each:.0f}" for each in one.memory))
    for error in sorted(set(one.errors)):
        _say(f"  {one.errors.count(error)} x {error}")


def _say(words: str) -> None:
    print(words, file=sys.stderr)
