"""Who waits after the infusions: calls due, visits due, relief that fades."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.records import instants, notes
from reprieve.records.as_known import as_known
from reprieve.records.models import AdverseEvent, Observation, WorkItemEvent
from reprieve.records.queries import worklist
from reprieve.records.queries.worklist import WorkView

KINDS = (
    "call_24h", "fall", "fall_review", "left_early", "follow_up_visit", "booster_proposal",
    "booster_wanted", "plan_wanted", "answers_overdue",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """One side effect as it stands, with its visit."""

    at: datetime
    term: str
    grade: int
    outcome: str
    serious: bool
    encounter: uuid.UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """What was said on one call after an infusion."""

    at: datetime
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One call that did not reach the patient: when, by whom, and what they noted."""

    at: datetime
    by: str
    note: str
    encounter: uuid.UUID | None


def tried(
    *, clinic: uuid.UUID, patient: uuid.UUID, encounter: uuid.UUID | None = None
) -> list[Tried]:
    """This function will list the calls that did not reach a patient, newest first.

    `encounter` names the infusion after which the calls were made; None means all of them.
    """
    rows = WorkItemEvent.of(clinic).filter(item__patient_id=patient, kind="tried")
    if encounter is not None:
        rows = rows.filter(item__encounter_id=encounter)
    found = rows.select_related("item", "note", "by").order_by("-recorded_at", "-id")
    return [
        Tried(
            at=row.recorded_at, by=row.by.name if row.by else "",
            note=notes.read(row.note) if row.note else "", encounter=row.item.encounter_id,
        )
        for row in found
    ]  # fmt: skip


def waiting(*, clinic: uuid.UUID) -> list[WorkView]:
    """This function will list what waits after infusions, most urgent first."""
    return [item for item in worklist.waiting(clinic=clinic) if item.kind in KINDS]


def harm(
    *, clinic: uuid.UUID, patient: uuid.UUID, as_of: datetime | None = None
) -> list[Harm]:
    """This function will list a patient's side effects that stand, newest first."""
    known = as_known(AdverseEvent.of(clinic).filter(patient_id=patient), as_of)
    rows = list(known.order_by("-onset_ms", "id"))
    replaced = {row.corrects_id for row in rows}
    return [
        Harm(
            at=instants.moment(row.onset_ms), term=row.term, grade=row.grade,
            outcome=row.outcome, serious=row.serious, encounter=row.encounter_id,
        )
        for row in rows
        if row.pk not in replaced and not row.retracts
    ]  # fmt: skip


def calls(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[CallView]:
    """This function will list what a patient said on the calls, newest first."""
    rows = Observation.of(clinic).filter(patient_id=patient, encounter__kind="call")
    found: dict[datetime, dict[str, Any]] = {}
    for row in rows.order_by("-measured_at"):
        found.setdefault(row.measured_at, {})[row.code] = row.value
    return [CallView(at=at, said=said) for at, said in found.items()]
