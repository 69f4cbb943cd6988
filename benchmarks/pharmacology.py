"""Levels, bands and fits: how fast, how exact, how large, beside general ODE solvers.

The case: five states, 0.35 mg/kg/h for 4 h a day over ten days, 2,880 points, three outputs,
patients with log-normal variability, one core. A closed form is compared with general solvers:
they can do what it cannot (saturable or time-varying kinetics), so the ratios say what the closed
form saves here, not that a solver is bad. The error of each, against a matrix exponential, stands
beside its speed.
All times are of one core's own work, since peers run one after the other and a busy machine must
not fall on one of them. Peers: libroadrunner (CVODE), COPASI (LSODA), diffrax (Kvaerno5), scipy
(LSODA).
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import Figure, figure
from reprieve.pharmacology import (
    Infusion,
    Level,
    Schedule,
    bands,
    draw,
    engine,
    fit_many,
    individualise,
    model,
)
from reprieve.pharmacology.individualise import state
from reprieve.pharmacology.posterior import Problem
from reprieve.pharmacology.system import System, build

ROOT = Path(__file__).resolve().parents[1]
PEERS = ("libroadrunner", "copasi", "diffrax", "scipy")
RATE_MG_PER_H, ON_MIN, DAYS, EVERY_MIN = 24.5, 240, 10, 5
TIMES_MIN = np.arange(DAYS * 1440 // EVERY_MIN, dtype=np.float64) * EVERY_MIN
PATIENTS, TURNS = 1000, 7
LEVELS_MIN = (60, 120, 180)
FITS = 40


def run(*, quick: bool) -> dict[str, Figure]:
    """This function will measure levels, bands, fits and what importing the pages brings in."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    figures = _levels()
    figures |= _bands(240_000 if quick else 10**6)
    figures |= _fits(2_000 if quick else 20_000)
    return {**figures, "pharmacology_web_scipy_modules": _scipy_in_web()}


def _case(patients: int) -> System:
    """Otto's five states; the third output is the deep compartment's concentration."""
    chosen = model("otto2021")
    values = draw(chosen, weights_kg=np.full(patients, 70.0), rng=np.random.default_rng(1))
    made = build(chosen, values)
    deep = np.zeros((patients, 1, made.a.shape[-1]))
    deep[:, 0, made.entries["slow"]] = 1000.0 / values["V3"]
    outputs = (*made.outputs, "deep")
    return System(a=made.a, c=np.concatenate([made.c, deep], 1), entries=made.entries,
                  outputs=outputs)  # fmt: skip


def _schedule() -> Schedule:
    begins = range(0, DAYS * 1440, 1440)
    return Schedule(infusions=tuple(
        Infusion(rate_mg_per_h=RATE_MG_PER_H, start_min=m, end_min=m + ON_MIN) for m in begins
    ))  # fmt: skip


def _levels() -> dict[str, Figure]:
    case, schedule = _case(PATIENTS), _schedule()
    out = np.empty((PATIENTS, 3, TIMES_MIN.size))
    work = {
        "fill": lambda: out.fill(1.0),
        "levels": lambda: engine.levels(case, schedule, TIMES_MIN, out=out),
    }
    taken = {name: statistics.median(times) for name, times in _own(work).items()}
    speed = PATIENTS / taken["levels"]
    told = _peers(case)
    figures = {
        "pharmacology_levels": figure(speed, unit="pat/s", peer=told["libroadrunner"]["speed"]),
        "pharmacology_vs_libroadrunner": figure(
            speed / told["libroadrunner"]["speed"], unit="times", at_least=300.0),
        "pharmacology_share_of_fill": figure(
            100 * taken["fill"] / taken["levels"], unit="%", at_least=12.0),
        "pharmacology_error": figure(_error(case, out, told), unit="rel",
                                     at_most=told["libroadrunner"]["error"]),
    }  # fmt: skip
    for name in PEERS:
        figures[f"pharmacology_{name}"] = figure(told[name]["speed"], unit="pat/s")
        figures[f"pharmacology_{name}_error"] = figure(told[name]["error"], unit="rel")
    return figures


def _own(
    work: Mapping[str, Callable[[], object]], *, turns: int = TURNS
) -> dict[str, list[float]]:
    """Seconds of this process's own time, in turns, without the first."""
    taken: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(turns + 1):
        for name, one in work.items():
            began = time.process_time()
            one()
            if turn:
                taken[name].append(time.process_time() - began)
    return taken


def _peers(case: System) -> dict[str, Any]:
    """Let the peers solve the first patients, each in a process of its own, on the same core."""
    python = os.environ.get("REPRIEVE_PEERS")
    if python is None:
        raise SystemExit("the peers are not installed: run script/bench")
    with tempfile.TemporaryDirectory(prefix="reprieve-bench-") as folder:
        file = Path(folder) / "case.npz"
        np.savez(file, a=case.a, c=case.c, rate=RATE_MG_PER_H, on_min=ON_MIN, days=DAYS,
                 every_min=EVERY_MIN)  # fmt: skip
        return {name: _peer(python, name, file) for name in (*PEERS, "exact")}


def _peer(python: str, name: str, file: Path) -> Any:
    done = subprocess.run(
        [python, str(ROOT / "benchmarks" / "pharmacology_peers.py"), name, str(file)],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def _error(case: System, out: Any, told: dict[str, Any]) -> float:
    """Largest error against the exponential, relative to each output's largest level."""
    exact = np.array(told["exact"]["levels"])
    top = exact.max(axis=2, keepdims=True)
    return float(np.max(np.abs(out[: len(exact)] - exact) / top))


def _bands(patients: int) -> dict[str, Figure]:
    """Bands in processes of their own, for their largest memory; a quarter tells if time grows."""
    whole, quarter = _spread(patients), _spread(patients // 4)
    linear = (whole["s"] / patients) / (quarter["s"] / (patients // 4))
    return {
        "pharmacology_bands": figure(whole["s"] / patients * 1e6, unit="us/pat"),
        "pharmacology_bands_memory": figure(whole["mib"], unit="MiB", at_most=512.0),
        "pharmacology_bands_growth": figure(linear, unit="times", at_most=1.2),
    }


def _spread(patients: int) -> dict[str, float]:
    code = f"from benchmarks.pharmacology import spread; spread({patients})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def spread(patients: int) -> None:
    """This function will work bands out here, and print seconds and the largest memory."""
    began = time.process_time()
    bands(
        weight_kg=70, model_name="otto2021", patients=patients, rng=np.random.default_rng(1),
        infusions=[Infusion(rate_mg_per_h=40, start_min=0, end_min=120)],
        times_min=np.arange(0, 361, 10),
    )  # fmt: skip
    taken = time.process_time() - began
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"s": taken, "mib": peak_kib / 1024}))


def _fits(batch: int) -> dict[str, Figure]:
    task, measured = _measured(batch)
    one = iter(range(FITS + 1))
    single = _own({"map": lambda: individualise.search(task, measured[next(one)])}, turns=FITS)
    began = time.process_time()
    fit_many(task, measured)
    each_ms = 1000 * (time.process_time() - began) / batch
    return {
        "pharmacology_map": figure(
            1000 * statistics.median(single["map"]), unit="ms", at_most=10.0),
        "pharmacology_map_batch": figure(each_ms, unit="ms", at_most=0.2),
    }


def _measured(patients: int) -> tuple[Problem, Any]:
    """Four effects and six levels of each virtual patient, with the error of a measurement."""
    chosen, rng = model("otto2021"), np.random.default_rng(1)
    levels = [
        Level(time_min=time, analyte=analyte, ng_per_ml=1)
        for time in LEVELS_MIN for analyte in chosen.analytes
    ]  # fmt: skip
    schedule = Schedule(infusions=(Infusion(rate_mg_per_h=40, start_min=0, end_min=120),))
    task = state(chosen, weight_kg=70, schedule=schedule, levels=levels)
    exact = task.predict(rng.multivariate_normal(np.zeros(4), chosen.omega, patients))
    noise = np.sqrt(task.variance(exact)) * rng.standard_normal(exact.shape)
    return task, np.maximum(exact + noise, 0.5)


def _scipy_in_web() -> Figure:
    """Modules of scipy that the web process has loaded once its pages are."""
    code = (
        "import os, sys, tempfile; os.environ['REPRIEVE_DATA'] = tempfile.mkdtemp();"
        "import reprieve.config.wsgi; from django.urls import get_resolver;"
        "get_resolver().url_patterns; print(sum(m.split('.')[0] == 'scipy' for m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return figure(float(done.stdout.splitlines()[-1]), unit="modules", at_most=0.0)
