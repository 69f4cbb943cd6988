"""The course of an infusion, folded from its stored acts."""

from __future__ import annotations

import uuid

from reprieve.monitoring.course import Act, Course, course
from reprieve.records.models import InfusionEvent


def of(*, clinic: uuid.UUID, encounter: uuid.UUID) -> Course:
    """This function will fold an infusion's acts into its course."""
    return course(
        Act(
            id=str(row.pk),
            kind=row.kind,
            at_ms=row.at_ms,
            recorded_ms=row.recorded_ms,
            rate_ug_per_h=row.rate_ug_per_h,
            dose_ug=row.dose_ug,
            corrects=str(row.corrects_id) if row.corrects_id else None,
        )
        for row in InfusionEvent.of(clinic).filter(encounter_id=encounter)
    )
