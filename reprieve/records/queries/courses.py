"""The course of an infusion, folded from its stored acts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from reprieve.monitoring.course import Act, Course, course
from reprieve.records.models import InfusionEvent

# Read as plain columns: a page folds the acts of many infusions.
ACT = ("pk", "kind", "at_ms", "recorded_ms", "rate_ug_per_h", "dose_ug", "corrects_id")


def of(
    *, clinic: uuid.UUID, encounter: uuid.UUID, without: uuid.UUID | None = None
) -> Course:
    """This function will fold an infusion's acts into its course, as if one had not been."""
    told = acts(clinic=clinic, encounter=encounter)
    if without is not None:  # something that changes no rate stands in its place
        told.append(Act(id="", kind="noted", at_ms=0, recorded_ms=0, corrects=str(without)))
    return course(told)


def of_many(*, clinic: uuid.UUID, encounters: Sequence[uuid.UUID]) -> dict[uuid.UUID, Course]:
    """This function will fold the acts of several infusions, each into its course."""
    found = acts_of_many(clinic=clinic, encounters=encounters)
    return {one: course(told) for one, told in found.items()}


def acts_of_many(
    *, clinic: uuid.UUID, encounters: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[Act]]:
    """This function will return the acts of several infusions, each in no particular order."""
    found: dict[uuid.UUID, list[Act]] = {one: [] for one in encounters}
    rows = InfusionEvent.of(clinic).filter(encounter_id__in=encounters)
    for encounter, *told in rows.values_list("encounter_id", *ACT):
        found[encounter].append(_act(*told))
    return found


def acts(*, clinic: uuid.UUID, encounter: uuid.UUID) -> list[Act]:
    """This function will return an infusion's acts as stored, in no particular order."""
    rows = InfusionEvent.of(clinic).filter(encounter_id=encounter)
    return [_act(*told) for told in rows.values_list(*ACT)]


def _act(key: uuid.UUID, kind: str, *rest: Any) -> Act:
    at_ms, recorded_ms, rate, dose, corrects = rest
    return Act(
        id=str(key), kind=kind, at_ms=at_ms, recorded_ms=recorded_ms, rate_ug_per_h=rate,
        dose_ug=dose, corrects=str(corrects) if corrects else None,
    )  # fmt: skip


def bolus_minutes(*, clinic: uuid.UUID, encounter: uuid.UUID) -> dict[int, int]:
    """This function will tell over how many minutes each bolus was given, by its moment.

    A bolus whose length nobody stated is left out; of two at one moment the shorter counts. What
    was corrected does not count.
    """
    found: dict[int, int] = {}
    rows = InfusionEvent.of(clinic).filter(
        encounter_id=encounter, kind="bolus", corrections__isnull=True
    )
    for at_ms, detail in rows.values_list("at_ms", "detail"):
        minutes = detail.get("over_min", 0)
        found[at_ms] = min(found.get(at_ms, minutes), minutes)
    return found
