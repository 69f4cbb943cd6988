"""The steps an episode took."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from reprieve.records.models import StateChange


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One step of an episode: which act led from which state to which."""

    at: datetime
    act: str
    before: str
    after: str


def steps(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[StepView]:
    """This function will list the steps of all the patient's episodes, oldest first."""
    rows = StateChange.of(clinic).filter(episode__patient_id=patient)
    return [
        StepView(at=row.recorded_at, act=row.act, before=row.before, after=row.after)
        for row in rows.order_by("recorded_at", "id")
    ]
