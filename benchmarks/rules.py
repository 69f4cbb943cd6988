"""All safety rules for one patient, and the nightly sweep of a whole register in bounded memory.

Patients are invented as the sweep goes and kept nowhere: some facts known, some not, some bad.
"""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.harness import Figure, figure, medians, seconds
from reprieve.clinical import safety
from reprieve.clinical.facts import Fact, Kind
from reprieve.clinical.findings import Step, blocking

SEED = 4
PATIENTS, QUICK_PATIENTS = 100_000, 10_000
PATIENTS_PER_S = 2_000
GROWS_AT_MOST_MB = 20.0
TURNS = 200
KNOWN = 0.8  # share of the facts that somebody asked
YES = 0.1
MEDICINES = ("oxycodone", "duloxetine", "pregabalin", "diazepam", "atorvastatin", "lamotrigine")


def run(*, quick: bool) -> dict[str, Figure]:
    """This function will time one patient at each step, then sweep many at the evaluation."""
    steps = {step.value: _one(step) for step in Step}
    times = medians(seconds(steps, turns=TURNS))
    found = {
        f"rules.one_patient.{name}": figure(taken * 1000, unit="ms")
        for name, taken in times.items()
    }
    return found | _sweep(QUICK_PATIENTS if quick else PATIENTS)


def _one(step: Step) -> Any:
    patient = next(patients(1, step=step))
    return lambda: safety.examine(facts=patient, step=step)


def _sweep(count: int) -> dict[str, Figure]:
    made = list(patients(1000, step=Step.EVALUATION))  # inventing is not what is measured
    before, wall, core = _rss_mb(), time.perf_counter(), time.process_time()
    for number in range(count):
        blocking(safety.examine(facts=made[number % len(made)], step=Step.EVALUATION))
    wall, core = time.perf_counter() - wall, time.process_time() - core
    return {
        "rules.sweep.patients": figure(count, unit="patients"),
        # On one core: the time that this process had, whatever else the machine does.
        "rules.sweep.one_core": figure(count / core, unit="/s", at_least=PATIENTS_PER_S),
        "rules.sweep.as_it_ran": figure(count / wall, unit="/s"),
        "rules.sweep.memory_growth": figure(
            _rss_mb() - before, unit="MB", at_most=GROWS_AT_MOST_MB
        ),
    }


def patients(count: int, *, step: Step) -> Iterator[dict[str, Any]]:
    """This function will invent patients by a fixed seed."""
    rng = random.Random(SEED)  # invented patients, no secret
    facts = safety.facts_at(step)
    for _ in range(count):
        known = {f.name: _value(f, rng) for f in facts if rng.random() < KNOWN}
        for dbp in [name for name in known if "dbp_" in name]:
            sbp = known.get(dbp.replace("dbp_", "sbp_"))
            if sbp is not None and known[dbp] >= sbp:
                del known[dbp]
        yield known


def _value(fact: Fact, rng: random.Random) -> Any:
    if fact.kind is Kind.FLAG:
        return rng.random() < YES
    if fact.kind is Kind.CHOICE:
        return rng.choice(fact.options)
    if fact.kind is Kind.LISTING:
        return rng.sample(MEDICINES, rng.randrange(len(MEDICINES)))
    low, high = fact.low, fact.high
    return rng.randint(int(low), int(high)) if fact.kind is Kind.COUNT else rng.uniform(low, high)


def _rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
