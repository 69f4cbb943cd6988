"""Values seen or said, written down: one set has one observed time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from reprieve.pathway import observed
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One value with its UCUM unit; a correction names the observation it stands for instead."""

    code: str
    value: Any
    unit: str = ""
    corrects: uuid.UUID | None = None


def write(
    told: list[Told],
    *,
    actor: Actor,
    at: datetime,
    measured_at: datetime,
    patient: uuid.UUID,
    encounter: uuid.UUID | None = None,
    provenance: str = "typed",
    mode: str = "clinic",
    response: uuid.UUID | None = None,
    knowledge: str = "",
    addendum: bool = False,
    note: str = "",
) -> list[Observation]:
    """This function will store values as one set, inside the caller's act.

    `note` is free text about the set, kept encrypted. What the values ask for, a positive screen,
    becomes work with them.
    """
    set_id = uuid.uuid4()
    said = notes.optional(note, clinic=actor.clinic, at=at, by=actor.practitioner, patient=patient)
    rows: list[Observation] = [
        Observation.objects.add(
            clinic_id=actor.clinic,
            patient_id=patient,
            encounter_id=encounter,
            code=one.code,
            value=plain(one.value),
            unit=one.unit,
            measured_at=measured_at,
            recorded_at=at,
            by_id=actor.practitioner,
            provenance=provenance,
            mode=mode,
            set_id=set_id,
            response_id=response,
            corrects_id=one.corrects,
            knowledge=knowledge,
            addendum=addendum,
            note=said,
        )
        for one in told
    ]
    observed.follow(rows, actor=actor, at=at, patient=patient)
    return rows


def plain(value: Any) -> Any:
    """This function will return a value as JSON keeps it: a decimal as its exact text's number."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value
