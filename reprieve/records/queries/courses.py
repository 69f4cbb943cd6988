"""The course of an infusion, folded from its stored acts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from reprieve.monitoring.course import Act, Course, course
from reprieve.records.models import InfusionEvent


def of(*, clinic: uuid.UUID, encounter: uuid.UUID) -> Course:
    """This function will fold an infusion's acts into its course."""
    return course(acts(clinic=clinic, encounter=encounter))


def of_many(*, clinic: uuid.UUID, encounters: Sequence[uuid.UUID]) -> dict[uuid.UUID, Course]:
    """This function will fold the acts of several infusions, each into its course."""
    found: dict[uuid.UUID, list[Act]] = {one: [] for one in encounters}
    for row in InfusionEvent.of(clinic).filter(encounter_id__in=encounters):
        found[row.encounter_id].append(_act(row))
    return {one: course(told) for one, told in found.items()}


def acts(*, clinic: uuid.UUID, encounter: uuid.UUID) -> list[Act]:
    """This function will return an infusion's acts as stored, in no particular order."""
    return [_act(row) for row in InfusionEvent.of(clinic).filter(encounter_id=encounter)]


def _act(row: InfusionEvent) -> Act:
    return Act(
        id=str(row.pk), kind=row.kind, at_ms=row.at_ms, recorded_ms=row.recorded_ms,
        rate_ug_per_h=row.rate_ug_per_h, dose_ug=row.dose_ug,
        corrects=str(row.corrects_id) if row.corrects_id else None,
    )  # fmt: skip


def bolus_minutes(*, clinic: uuid.UUID, encounter: uuid.UUID) -> dict[int, int]:
    """This function will tell over how many minutes each bolus was given, by its moment.

    A bolus whose length nobody stated is left out; of two at one moment the shorter counts.
    """
    found: dict[int, int] = {}
    rows = InfusionEvent.of(clinic).filter(encounter_id=encounter, kind="bolus")
    for at_ms, detail in rows.values_list("at_ms", "detail"):
        minutes = detail.get("over_min", 0)
        found[at_ms] = min(found.get(at_ms, minutes), minutes)
    return found
