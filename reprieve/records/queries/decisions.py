"""What was decided about a patient, with the findings that were in view."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.records import notes
from reprieve.records.models import Decision, FindingOverride


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideView:
    """A finding that a clinician went on against, and why."""

    rule: str
    severity: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """One decision with its reason, the findings then in view, and what was overridden."""

    id: uuid.UUID
    kind: str
    outcome: str
    reason: str
    findings: tuple[Mapping[str, Any], ...]
    knowledge: str
    by: str
    at: datetime
    overrides: tuple[OverrideView, ...]


def of_patient(
    *, clinic: uuid.UUID, patient: uuid.UUID, kind: str = "evaluation"
) -> list[DecisionView]:
    """This function will list a patient's decisions of one kind, newest first."""
    rows = Decision.of(clinic).filter(patient_id=patient, kind=kind)
    rows = rows.select_related("reason", "by").order_by("-recorded_at", "-id")
    return [
        DecisionView(
            id=row.pk,
            kind=row.kind,
            outcome=row.outcome,
            reason=notes.read(row.reason),
            findings=tuple(row.findings),
            knowledge=row.knowledge,
            by=row.by.name if row.by else "",
            at=row.recorded_at,
            overrides=_overrides(clinic, row.pk),
        )
        for row in rows
    ]


def _overrides(clinic: uuid.UUID, decision: uuid.UUID) -> tuple[OverrideView, ...]:
    rows = FindingOverride.of(clinic).filter(decision_id=decision).select_related("reason")
    return tuple(
        OverrideView(rule=row.rule, severity=row.severity, reason=notes.read(row.reason))
        for row in rows.order_by("rule")
    )
