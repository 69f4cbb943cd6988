"""Plans as people read them: the regimen, how it was made to fit, who signed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.records import notes
from reprieve.records.models import CarePlan, Decision, Practitioner


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """One signed plan. `detail` holds what was fitted: weight, amounts, room, rescue drugs."""

    id: uuid.UUID
    patient: uuid.UUID
    regimen: str
    knowledge: str
    sessions: int
    is_booster: bool
    goal: str
    rationale: str
    detail: Mapping[str, Any]
    signed_at: datetime
    signed_by: str


def current(*, clinic: uuid.UUID, patient: uuid.UUID) -> PlanView | None:
    """This function will return a patient's plan signed last."""
    found = history(clinic=clinic, patient=patient)
    return found[0] if found else None


def history(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[PlanView]:
    """This function will list a patient's plans, newest first."""
    names = dict(Practitioner.of(clinic).values_list("id", "name"))
    decided = Decision.of(clinic).filter(patient_id=patient, kind="plan").select_related("reason")
    why = {row.recorded_at: notes.read(row.reason) for row in decided}
    rows = CarePlan.of(clinic).filter(patient_id=patient).select_related("goal")
    return [
        PlanView(
            id=row.pk, patient=row.patient_id, regimen=row.regimen, knowledge=row.knowledge,
            sessions=row.sessions, is_booster=row.is_booster, goal=notes.read(row.goal),
            rationale=why.get(row.recorded_at, ""), detail=row.detail, signed_at=row.recorded_at,
            signed_by=names.get(row.by_id, "") if row.by_id else "",
        )
        for row in rows.order_by("-recorded_at", "-id")
    ]  # fmt: skip
