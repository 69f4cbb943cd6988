"""The registry over a million infusions: all measures on DuckDB, with two cores and 4 GB.

Growth is told from 10^4 to 10^6 infusions. The measures run in a process of their own, so that
the memory is theirs alone. Beside them: a patient's pages with five years of diary, and a night's
forecasts, written to the database as the clock's process does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import registry_data
from benchmarks.harness import Figure, figure

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 10_000, 100_000)
SECONDS, MEGABYTES = 60.0, 4096.0
FORECASTS, FORECASTS_S, PAGE_MS = 10_000, 300.0, 150.0


def run(*, quick: bool) -> dict[str, Figure]:
    """This function will time the registry at three sizes; quick goes to a tenth of the largest.

    The goals are those of the largest size, scaled down with it.
    """
    sizes = SIZES[:2] if quick else SIZES
    figures: dict[str, Figure] = {}
    for patients in sizes:
        found = _measured(patients)
        share = patients / SIZES[-1]
        infusions = patients * registry_data.INFUSIONS
        print(
            f"registry: {infusions} infusions, {found['entries']:.0f} diary days: "
            f"{found['seconds']:.1f} s, {found['megabytes']:.0f} MB", file=sys.stderr,
        )  # fmt: skip
        figures[f"registry_{infusions}_s"] = figure(found["seconds"], unit="s")
    # Planning the queries takes its time at any size: it does not shrink with the rows.
    goal_s = SECONDS if share == 1 else 5.0 + SECONDS * share
    return {
        **figures,
        "registry_all_s": figure(found["seconds"], unit="s", at_most=goal_s),
        "registry_peak_mb": figure(found["megabytes"], unit="MiB", at_most=MEGABYTES),
        **_followed(100 if quick else 1_000),
    }


def _followed(patients: int) -> dict[str, Figure]:
    """A night's forecasts are timed on fewer patients, each alike, and told for ten thousand."""
    with tempfile.TemporaryDirectory(prefix="reprieve-followed-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.followed", str(patients)], cwd=ROOT, check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "REPRIEVE_DATA": folder},
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    pages = {name: ms for name, ms in found.items() if name.endswith("_ms")}
    told = ", ".join(f"{name} {ms:.0f}" for name, ms in pages.items())
    each = found["forecasts_s"] / found["kept"]
    print(
        f"registry: {found['kept']} forecasts in {found['forecasts_s']:.1f} s; five years: {told}",
        file=sys.stderr,
    )
    return {
        "patient_page_ms": figure(max(pages.values()), unit="ms", at_most=PAGE_MS),
        "forecasts_s": figure(each * FORECASTS, unit="s", at_most=FORECASTS_S),
    }


def _measured(patients: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="reprieve-registry-") as folder:
        entries = registry_data.write(Path(folder), patients=patients)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.registry", folder], cwd=ROOT, check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    return {**json.loads(done.stdout.splitlines()[-1]), "entries": entries}


def _measure(folder: Path) -> dict[str, float]:
    import resource
    from datetime import date, timedelta

    from reprieve.outcomes._scipy import stats
    from reprieve.outcomes.registry import engines
    from reprieve.outcomes.registry.report import report
    from reprieve.outcomes.registry.run import run as compute
    from reprieve.outcomes.rules import rules

    stats(), engines.duckdb()  # a served clinic has imported these long ago
    at_day = registry_data.LAST_DAY
    in_force = rules(on=date(1970, 1, 1) + timedelta(days=at_day))
    started = time.perf_counter()
    engine = engines.on_duckdb(engines.duckdb(threads=2), folder)
    made = report(compute(engine, at_day=at_day, rules=in_force), at_day=at_day, rules=in_force)
    taken = time.perf_counter() - started
    assert made.everybody.patients
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": taken, "megabytes": peak}


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]))))
