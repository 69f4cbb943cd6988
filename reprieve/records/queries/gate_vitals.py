"""Today's vital signs before the start: what is newest, the baseline, and how often measured."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import fmean
from typing import Any

from reprieve.monitoring import vitals
from reprieve.records.queries import charts
from reprieve.records.queries.charts import Value

FACT_OF = {
    "sbp": "sbp_mmhg", "dbp": "dbp_mmhg", "heart_rate": "heart_rate_per_min",
    "spo2": "spo2_percent", "respiratory_rate": "respiratory_rate_per_min", "rass": "rass",
}  # fmt: skip
MS_PER_MIN = 60_000
# A reading older than this says nothing about now.
FRESH_MS = 30 * MS_PER_MIN
# Two sets are two looks only when minutes lie between them.
APART_MS = 5 * MS_PER_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class PressureSet:
    """One blood pressure, both values of one moment."""

    at_ms: int
    sbp: float
    dbp: float


def facts(*, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime) -> dict[str, Any]:
    """This function will return the vital signs as facts of the start; an old one is unknown."""
    now_ms = round(at.timestamp() * 1000)
    read = readings(clinic=clinic, encounter=encounter, until_ms=now_ms)
    newest = {v.signal: v for v in read}
    fresh = {
        FACT_OF[signal]: v.value
        for signal, v in newest.items()
        if now_ms - v.at_ms <= FRESH_MS
    }
    counted = apart(sets(read))
    found: dict[str, Any] = {**fresh, "remeasured_n": remeasured_n(read, now_ms=now_ms)}
    if len(counted) >= 2:
        found["baseline_sbp_mmhg"] = round(fmean(s.sbp for s in counted), 1)
        found["baseline_dbp_mmhg"] = round(fmean(s.dbp for s in counted), 1)
    return found


def remeasured_n(read: Sequence[Value], *, now_ms: int) -> int | None:
    """This function will count how often all that was measured of late was measured again.

    The sign that was measured least often counts: a pulse that was read once was not repeated
    because the pressure was. None when nothing was measured.
    """
    by_signal: dict[str, list[int]] = {}
    for value in read:
        if now_ms - value.at_ms <= FRESH_MS and value.signal != "dbp":
            by_signal.setdefault(value.signal, []).append(value.at_ms)
    return min((looks(times) for times in by_signal.values()), default=0) - 1 if by_signal else None


def looks(times_ms: Sequence[int]) -> int:
    """This function will count moments that lie at least five minutes after the last counted."""
    count, last = 0, None
    for at_ms in sorted(times_ms):
        if last is None or at_ms - last >= APART_MS:
            count, last = count + 1, at_ms
    return count


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
