"""The session baseline: the mean of the sets taken in the chair before the drug ran."""

from __future__ import annotations

import uuid
from statistics import fmean

from reprieve.records import frames
from reprieve.records.models import DeviceAssociation, InfusionState, Observation

SIGNALS = ("sbp", "dbp", "map", "heart_rate", "spo2", "respiratory_rate")
# Minutes before the start in which a device's readings count as the baseline.
WINDOW_MS = 15 * 60_000


def of(*, clinic: uuid.UUID, encounter: uuid.UUID) -> dict[str, float]:
    """This function will return the baseline of each signal that has one.

    By hand: the mean of all sets of this visit before the start. From a monitor: the mean of the
    15 minutes before the start, where no set was typed. Nothing is invented: no value, no entry.
    """
    started = (
        InfusionState.of(clinic).filter(encounter_id=encounter).values_list("started_ms", flat=True)
    ).first()
    if started is None:
        return {}
    device = _device(clinic, encounter, started)
    return {**device, **_typed(clinic, encounter, started)}


def _typed(clinic: uuid.UUID, encounter: uuid.UUID, started_ms: int) -> dict[str, float]:
    rows = list(Observation.of(clinic).filter(encounter_id=encounter, code__in=SIGNALS))
    replaced = {row.corrects_id for row in rows}
    values: dict[str, list[float]] = {}
    for row in rows:
        before = row.measured_at.timestamp() * 1000 < started_ms
        if before and row.pk not in replaced and row.value is not None:
            values.setdefault(row.code, []).append(float(row.value))
    return {signal: fmean(found) for signal, found in values.items()}


def _device(clinic: uuid.UUID, encounter: uuid.UUID, started_ms: int) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    links = DeviceAssociation.objects.filter(clinic_id=clinic, encounter_id=encounter)
    for link in links.values_list("id", flat=True):
        for value in frames.read(link, from_ms=started_ms - WINDOW_MS, until_ms=started_ms):
            if value.signal in SIGNALS:
                values.setdefault(value.signal, []).append(float(value.value))
    return {signal: fmean(found) for signal, found in values.items()}
