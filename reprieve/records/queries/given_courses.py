"""What really ran into a patient, as the models of pharmacology need it: course, form, weight."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from reprieve.clinical.regimens import regimen
from reprieve.monitoring.course import Course
from reprieve.records.models import Encounter, MedicationRequest
from reprieve.records.queries import courses, observations


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenCourse:
    """One infusion's course. `form` is racemic or esketamine, empty where nobody stated it.

    `weight_kg` is the newest weight on record, None without one.
    """

    encounter: uuid.UUID
    patient: uuid.UUID
    form: str
    weight_kg: float | None
    course: Course


def of(*, clinic: uuid.UUID, encounter: uuid.UUID) -> GivenCourse | None:
    """This function will return what ran in one visit, None when it is none of this clinic's."""
    row = Encounter.of(clinic).filter(pk=encounter).select_related("plan").first()
    if row is None:
        return None
    return GivenCourse(
        encounter=encounter, patient=row.patient_id, form=_form(clinic, row),
        weight_kg=weight_kg(clinic=clinic, patient=row.patient_id),
        course=courses.of(clinic=clinic, encounter=encounter),
    )  # fmt: skip


def weight_kg(*, clinic: uuid.UUID, patient: uuid.UUID) -> float | None:
    """This function will return the newest weight of a patient, None without one."""
    newest = observations.newest(clinic=clinic, patient=patient, codes=["weight_kg"])
    found = newest.get("weight_kg")
    return None if found is None or found.value is None else float(found.value)


def _form(clinic: uuid.UUID, row: Encounter) -> str:
    """The form that was ordered; without an order that of the plan. Two forms are none."""
    orders = MedicationRequest.of(clinic).filter(
        encounter_id=row.pk, drug="ketamine", as_needed=False
    )
    known = set(orders.values_list("form", flat=True)) - {""}
    if not known and row.plan is not None:
        known = {regimen(row.plan.regimen).form}
    return known.pop() if len(known) == 1 else ""
