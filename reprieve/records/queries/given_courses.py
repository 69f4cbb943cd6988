"""What really ran into a patient, as the models of pharmacology need it: course, form, weight."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
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
    return next(iter(of_many(clinic=clinic, encounters=[encounter])), None)


def of_many(*, clinic: uuid.UUID, encounters: Sequence[uuid.UUID]) -> list[GivenCourse]:
    """This function will return what ran in several visits, in their order, none of elsewhere."""
    rows = Encounter.of(clinic).filter(pk__in=encounters).select_related("plan")
    known = {row.pk: row for row in rows}
    weights = {
        patient: weight_kg(clinic=clinic, patient=patient)
        for patient in {row.patient_id for row in known.values()}
    }
    forms = _ordered(clinic, encounters)
    ran = courses.of_many(clinic=clinic, encounters=encounters)
    return [
        GivenCourse(
            encounter=one, patient=known[one].patient_id, form=_form(known[one], forms),
            weight_kg=weights[known[one].patient_id], course=ran[one],
        )
        for one in encounters
        if one in known
    ]  # fmt: skip


def weight_kg(*, clinic: uuid.UUID, patient: uuid.UUID) -> float | None:
    """This function will return the newest weight of a patient, None without one."""
    newest = observations.newest(clinic=clinic, patient=patient, codes=["weight_kg"])
    found = newest.get("weight_kg")
    return None if found is None or found.value is None else float(found.value)


def _ordered(clinic: uuid.UUID, encounters: Sequence[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    orders = MedicationRequest.of(clinic).filter(
        encounter_id__in=encounters, drug="ketamine", as_needed=False
    )
    found: dict[uuid.UUID, set[str]] = {}
    for encounter, form in orders.exclude(form="").values_list("encounter_id", "form"):
        found.setdefault(encounter, set()).add(form)
    return found


def _form(row: Encounter, ordered: Mapping[uuid.UUID, set[str]]) -> str:
    """The form that was ordered; without an order that of the plan. Two forms are none."""
    known = set(ordered.get(row.pk, ()))
    if not known and row.plan is not None:
        known = {regimen(row.plan.regimen).form}
    return known.pop() if len(known) == 1 else ""
