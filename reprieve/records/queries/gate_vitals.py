"""Today's vital signs before the start: what is newest, the baseline, and how often repeated."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import fmean
from typing import Any

from reprieve.clinical.findings import Step
from reprieve.clinical.remeasured import APART_MS, MS_PER_MIN, Readings, remeasured_n
from reprieve.monitoring import vitals
from reprieve.records import instants
from reprieve.records.queries import charts, safety_numbers
from reprieve.records.queries.charts import Value

FACT_OF = {
    "sbp": "sbp_mmhg", "dbp": "dbp_mmhg", "heart_rate": "heart_rate_per_min",
    "spo2": "spo2_percent", "respiratory_rate": "respiratory_rate_per_min", "rass": "rass",
}  # fmt: skip
# A reading older than this says nothing about now.
FRESH_MS = 30 * MS_PER_MIN
USUAL_SPO2 = "baseline_spo2_percent"


@dataclass(frozen=True, slots=True, kw_only=True)
class PressureSet:
    """One blood pressure, both values of one moment."""

    at_ms: int
    sbp: float
    dbp: float


def facts(
    *, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime, usual: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """This function will return the vital signs as facts of the start; an old one is unknown.

    `usual` are the facts documented before today, the patient's usual saturation among them.
    """
    now_ms = instants.ms(at)
    read = readings(clinic=clinic, encounter=encounter, until_ms=now_ms)
    found = _fresh({v.signal: v for v in read}, now_ms)
    own = safety_numbers.own(clinic=clinic, at=at)
    beside = {name: value for name, value in (usual or {}).items() if name == USUAL_SPO2}
    repeats = remeasured_n(
        by_fact(read), now={**beside, **found}, step=Step.START, own_numbers=own
    )
    found["remeasured_n"] = repeats
    counted = apart(sets(read))
    if len(counted) >= 2:
        found["baseline_sbp_mmhg"] = round(fmean(s.sbp for s in counted), 1)
        found["baseline_dbp_mmhg"] = round(fmean(s.dbp for s in counted), 1)
    return found


def _fresh(newest: Mapping[str, Value], now_ms: int) -> dict[str, Any]:
    """The newest values while they say something about now.

    A diastolic pressure at or above the systolic one is of two moments: both are unknown then.
    """
    found = {
        FACT_OF[signal]: v.value
        for signal, v in newest.items()
        if now_ms - v.at_ms <= FRESH_MS
    }
    if {"sbp_mmhg", "dbp_mmhg"} <= found.keys() and found["dbp_mmhg"] >= found["sbp_mmhg"]:
        del found["sbp_mmhg"], found["dbp_mmhg"]
    return found


def by_fact(read: Iterable[Value]) -> Readings:
    """This function will sort readings by the fact that they are of."""
    found: dict[str, list[tuple[int, Any]]] = {}
    for value in read:
        found.setdefault(FACT_OF[value.signal], []).append((value.at_ms, value.value))
    return found


def readings(*, clinic: uuid.UUID, encounter: uuid.UUID, until_ms: int) -> list[Value]:
    """This function will list plausible readings of a visit by time, typed and sent."""
    found = charts.values(clinic=clinic, encounter=encounter)
    last_ms = until_ms + MS_PER_MIN
    named = (_as_heart_rate(v) for v in found if not v.corrected and v.at_ms <= last_ms)
    return [v for v in named if v.signal in FACT_OF and _plausible(v)]


def sets(read: Sequence[Value]) -> list[PressureSet]:
    """This function will pair systolic and diastolic values of the same moment."""
    dbp = {v.at_ms: v.value for v in read if v.signal == "dbp"}
    return [
        PressureSet(at_ms=v.at_ms, sbp=float(v.value), dbp=float(dbp[v.at_ms]))
        for v in read
        if v.signal == "sbp" and v.at_ms in dbp
    ]


def apart(measured: Sequence[PressureSet]) -> list[PressureSet]:
    """This function will keep the sets that are at least five minutes after the one before."""
    kept: list[PressureSet] = []
    for one in measured:
        if not kept or one.at_ms - kept[-1].at_ms >= APART_MS:
            kept.append(one)
    return kept


def _as_heart_rate(value: Value) -> Value:
    return replace(value, signal="heart_rate") if value.signal == "pulse_rate" else value


def _plausible(value: Value) -> bool:
    is_number = isinstance(value.value, int | float) and not isinstance(value.value, bool)
    return is_number and vitals.plausible(value.signal, float(value.value)).ok
