"""A patient's conditions and allergies as lists; a corrected row is not shown."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from reprieve.records.as_known import as_known
from reprieve.records.models import AllergyIntolerance, Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionView:
    """One condition, coded where a code is known."""

    id: uuid.UUID
    code: str
    label: str
    is_pain_condition: bool
    onset: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AllergyView:
    """One allergy as stated, or the statement that none is known."""

    id: uuid.UUID
    substance: str
    reaction: str
    none_known: bool
    recorded_at: datetime


def conditions(
    *, clinic: uuid.UUID, patient: uuid.UUID, as_of: datetime | None = None
) -> list[ConditionView]:
    """This function will list a patient's active conditions, pain first, newest first."""
    rows = list(as_known(Condition.of(clinic).filter(patient_id=patient), as_of))
    replaced = {row.corrects_id for row in rows}
    kept = [row for row in rows if row.pk not in replaced and row.active]
    kept.sort(key=lambda row: (row.is_pain_condition, row.recorded_at), reverse=True)
    return [
        ConditionView(
            id=row.pk,
            code=row.code,
            label=row.label,
            is_pain_condition=row.is_pain_condition,
            onset=row.onset,
            recorded_at=row.recorded_at,
        )
        for row in kept
    ]


def allergies(
    *, clinic: uuid.UUID, patient: uuid.UUID, as_of: datetime | None = None
) -> list[AllergyView]:
    """This function will list what a patient is allergic to, or that none is known."""
    known = as_known(AllergyIntolerance.of(clinic).filter(patient_id=patient), as_of)
    rows = list(known.order_by("recorded_at"))
    replaced = {row.corrects_id for row in rows}
    return [
        AllergyView(
            id=row.pk,
            substance=row.substance,
            reaction=row.reaction,
            none_known=row.none_known,
            recorded_at=row.recorded_at,
        )
        for row in rows
        if row.pk not in replaced and row.active
    ]
