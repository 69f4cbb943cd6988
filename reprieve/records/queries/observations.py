"""Newest values and histories of a patient; a corrected value is shown struck through, not used."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from reprieve.records.as_known import as_known
from reprieve.records.models import Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationView:
    """One value with both times, where it came from, and whether a later row corrects it."""

    id: uuid.UUID
    code: str
    value: Any
    unit: str
    measured_at: datetime
    recorded_at: datetime
    provenance: str
    mode: str
    by: uuid.UUID | None
    set_id: uuid.UUID | None
    corrected: bool
    addendum: bool


def newest(
    *,
    clinic: uuid.UUID,
    patient: uuid.UUID,
    codes: list[str] | None = None,
    as_of: datetime | None = None,
) -> dict[str, ObservationView]:
    """This function will return the newest uncorrected value of each code."""
    rows = as_known(Observation.of(clinic).filter(patient_id=patient), as_of)
    if codes is not None:
        rows = rows.filter(code__in=codes)
    # A patient of some years has thousands of rows: only the few that answer are read whole.
    known = list(
        rows.order_by("measured_at", "recorded_at").values_list("pk", "code", "corrects_id")
    )
    corrected = {corrects for _, _, corrects in known if corrects}
    answers = {code: key for key, code, _ in known if key not in corrected}
    views = _views(Observation.of(clinic).filter(pk__in=list(answers.values())))
    return {view.code: view for view in views}


def history(*, clinic: uuid.UUID, patient: uuid.UUID, code: str) -> list[ObservationView]:
    """This function will return all values of one code, oldest first."""
    rows = Observation.of(clinic).filter(patient_id=patient, code=code)
    return _views(rows.order_by("measured_at", "recorded_at"))


def of_encounter(*, clinic: uuid.UUID, encounter: uuid.UUID) -> list[ObservationView]:
    """This function will return all values of one visit, oldest first."""
    rows = Observation.of(clinic).filter(encounter_id=encounter)
    return _views(rows.order_by("measured_at", "recorded_at"))


def _views(rows: QuerySet[Observation]) -> list[ObservationView]:
    found = list(rows)
    corrected = {row.corrects_id for row in found if row.corrects_id}
    return [
        ObservationView(
            id=row.pk,
            code=row.code,
            value=row.value,
            unit=row.unit,
            measured_at=row.measured_at,
            recorded_at=row.recorded_at,
            provenance=row.provenance,
            mode=row.mode,
            by=row.by_id,
            set_id=row.set_id,
            corrected=row.pk in corrected,
            addendum=row.addendum,
        )
        for row in found
    ]
