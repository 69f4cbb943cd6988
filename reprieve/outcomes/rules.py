"""Outcome definitions in force on a day, read from `definitions/*.toml` into one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from reprieve.knowledge import Knowledge, load, names

Answer = Literal["yes", "no", "unknown"]

PACKAGE = "reprieve.outcomes.definitions"
_DATE_LENGTH = len("-2026-11-22")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Every number the outcomes need. A clinic's own definition is `dataclasses.replace` of this.

    `versions` names the data files behind it; a stored result keeps them.
    """

    baseline_window_days: int
    baseline_min_days: int
    window_days: int
    window_min_days: int
    r30_percent: int
    r50_percent: int
    immpact_minimal_percent: int
    immpact_moderate_percent: int
    immpact_substantial_percent: int
    peg_percent: int
    pgic_highest: int
    bpi_interference_points: int
    composite_relief_percent: int
    composite_odi_points: int
    composite_odi_percent: str
    composite_opioid_cut_percent: int
    composite_single_lasts_days: int
    composite_series_lasts_days: int
    onset_relief_percent: int
    onset_next_within_days: int
    relapse_relief_below_percent: int
    relapse_rise_points: int
    relapse_windows: int
    courses_review_from: int
    surveillance_max_age_days: Mapping[str, int]
    opioid_cut_percent: int
    group_min_patients: int
    interval_percent: int
    dose_band_edges_ug_per_kg: Sequence[int]
    course_gap_days: int
    versions: Mapping[str, str]
    curve_min_at_risk: int = 1  # editions before 28 November 2026 drew a curve to its last patient


@cache
def rules(*, on: date) -> Rules:
    """Read the definitions in force on a day, so that a past report can be made again.

    Of each definition the newest file dated on or before `on` counts; before the first one,
    the first: nothing older was ever in force.
    """
    editions = {name: _in_force(files, on) for name, files in _files().items()}
    values: dict[str, Any] = {}
    for knowledge in editions.values():
        values |= knowledge.data["values"]
    versions = {name: knowledge.version for name, knowledge in sorted(editions.items())}
    return Rules(**values, versions=MappingProxyType(versions))


def _files() -> dict[str, list[Knowledge]]:
    """Group the data files by definition: the file name is the definition's name and its date."""
    found: dict[str, list[Knowledge]] = {}
    for name in names(PACKAGE):
        found.setdefault(name[:-_DATE_LENGTH], []).append(load(PACKAGE, name))
    return found


def _in_force(editions: list[Knowledge], on: date) -> Knowledge:
    oldest_first = sorted(editions, key=lambda k: k.data["valid_from"])
    begun = [k for k in oldest_first if k.data["valid_from"] <= on]
    return begun[-1] if begun else oldest_first[0]


def at_least(value: Any, threshold: Any) -> Answer:
    """Compare with a threshold; no value gives no answer."""
    if value is None:
        return "unknown"
    return "yes" if value >= threshold else "no"
