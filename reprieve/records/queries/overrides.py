"""Overrides of findings at a visit: by whom, with whom beside them, and what they had seen."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.records import notes
from reprieve.records.models import Decision, FindingOverride, Practitioner


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideView:
    """One override with its reason. `saw` is what the rule had seen when it was decided."""

    id: uuid.UUID
    rule: str
    severity: str
    outcome: str
    saw: Mapping[str, Any]
    reason: str
    by_name: str
    second_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedView:
    """A decision that somebody asked for and nobody stands beside yet."""

    id: uuid.UUID
    rule: str
    severity: str
    outcome: str
    saw: Mapping[str, Any]
    reason: str
    by: uuid.UUID | None
    by_name: str
    at: datetime


def asked(*, clinic: uuid.UUID, encounter: uuid.UUID) -> list[AskedView]:
    """This function will list what waits for a second person at a visit, oldest first."""
    names = dict(Practitioner.of(clinic).values_list("id", "name"))
    passed = FindingOverride.of(clinic).filter(
        encounter_id=encounter, decision__isnull=False
    ).values("decision_id")
    rows = Decision.of(clinic).filter(encounter_id=encounter, kind="override", outcome="asked")
    waiting = rows.exclude(pk__in=passed).select_related("reason")
    return [
        AskedView(
            id=row.pk, rule=row.findings[0]["rule"], severity=row.findings[0]["severity"],
            outcome=row.findings[0]["outcome"], saw=row.findings[0]["saw"],
            reason=notes.read(row.reason), by=row.by_id, by_name=_name(names, row.by_id),
            at=row.recorded_at,
        )
        for row in waiting.order_by("recorded_at", "id")
    ]  # fmt: skip


def of_visit(*, clinic: uuid.UUID, encounter: uuid.UUID) -> list[OverrideView]:
    """This function will list a visit's overrides, oldest first."""
    names = dict(Practitioner.of(clinic).values_list("id", "name"))
    rows = FindingOverride.of(clinic).filter(encounter_id=encounter)
    return [
        _view(row, names)
        for row in rows.select_related("reason", "decision").order_by("recorded_at", "id")
    ]


def _view(row: FindingOverride, names: Mapping[uuid.UUID, str]) -> OverrideView:
    found = row.decision.findings[0] if row.decision and row.decision.findings else {}
    return OverrideView(
        id=row.pk, rule=row.rule, severity=row.severity, outcome=found.get("outcome", ""),
        saw=found.get("saw", {}), reason=notes.read(row.reason),
        by_name=_name(names, row.by_id), second_name=_name(names, row.second_id),
        at=row.recorded_at,
    )  # fmt: skip


def _name(names: Mapping[uuid.UUID, str], person: uuid.UUID | None) -> str:
    return names.get(person, "") if person else ""
