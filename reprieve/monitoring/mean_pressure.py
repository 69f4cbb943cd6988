"""The mean pressure worked out of a cuff's two values, for the limits alone.

Most chairs by hand chart no mean, and its limits would never fire. What is worked out is marked as
such, is never charted, and says nothing where a mean was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reprieve.monitoring.vitals import DERIVED, Reading, judge

MEAN, SYSTOLIC, DIASTOLIC = "map", "sbp", "dbp"
PRESSURES = frozenset({SYSTOLIC, DIASTOLIC})


def mean_mmhg(*, sbp: float, dbp: float) -> float:
    """This function will work the mean pressure out in mmHg: a third of the way up from diastole.

    Source: the usual rule for a cuff, (systolic + 2 x diastolic) / 3; an arterial line measures it.
    """
    return (sbp + 2 * dbp) / 3


def with_mean(readings: Iterable[Reading]) -> list[Reading]:
    """This function will add a mean, marked, to the pressures of each moment that bring none."""
    listed = list(readings)
    moments: dict[tuple[int, str, str], dict[str, Reading]] = {}
    for one in listed:
        if one.signal in PRESSURES | {MEAN}:
            moments.setdefault((one.at_ms, one.source, one.device), {})[one.signal] = one
    return [*listed, *(m for found in moments.values() if (m := _mean(found)) is not None)]


def with_baseline(baseline: Mapping[str, float]) -> dict[str, float]:
    """This function will add the mean's baseline, worked out of the pressures', to one without."""
    if MEAN in baseline or not baseline.keys() >= PRESSURES:
        return dict(baseline)
    mean = mean_mmhg(sbp=baseline[SYSTOLIC], dbp=baseline[DIASTOLIC])
    return {**baseline, MEAN: mean}


def _mean(found: Mapping[str, Reading]) -> Reading | None:
    if found.keys() != PRESSURES:
        return None
    systolic, diastolic = found[SYSTOLIC], found[DIASTOLIC]
    if not judge(systolic).ok or not judge(diastolic).ok or systolic.value <= diastolic.value:
        return None
    mean = round(mean_mmhg(sbp=systolic.value, dbp=diastolic.value), 1)
    return replace(diastolic, signal=MEAN, value=mean, flags=frozenset({DERIVED}))
