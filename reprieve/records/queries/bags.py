"""Bags as prepared: the recipe, when it must run, and who mixed it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from reprieve.clinical.recipe import BagRecipe, PumpStep
from reprieve.records import instants
from reprieve.records.models import InfusionEvent, Practitioner

KIND = "bag_prepared"
WORDS = frozenset({"form", "label", "knowledge_version", "steps"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BagView:
    """One bag with its pump programme. `occasion`: start, bag_change or restart."""

    id: uuid.UUID
    recipe: BagRecipe
    occasion: str
    prepared_at: datetime
    start_by: datetime
    prepared_by: uuid.UUID | None
    prepared_by_name: str


def newest(*, clinic: uuid.UUID, encounter: uuid.UUID) -> BagView | None:
    """This function will return the bag prepared last for a visit."""
    rows = InfusionEvent.of(clinic).filter(encounter_id=encounter, kind=KIND)
    row = rows.order_by("-recorded_ms", "-at_ms", "-id").first()
    return None if row is None else of_event(row)


def every(*, clinic: uuid.UUID, encounter: uuid.UUID) -> list[BagView]:
    """This function will return all bags of a visit, oldest first."""
    rows = InfusionEvent.of(clinic).filter(encounter_id=encounter, kind=KIND)
    return [of_event(row) for row in rows.order_by("recorded_ms", "at_ms", "id")]


def of_event(row: InfusionEvent) -> BagView:
    """This function will read a bag from the act that prepared it."""
    names = dict(Practitioner.of(row.clinic_id).values_list("id", "name"))
    return BagView(
        id=row.pk,
        recipe=from_json(row.detail["recipe"]),
        occasion=row.detail["occasion"],
        prepared_at=row.recorded_at,
        start_by=instants.moment(row.detail["start_by_ms"]),
        prepared_by=row.by_id,
        prepared_by_name=names.get(row.by_id, "") if row.by_id else "",
    )


def as_json(made: BagRecipe) -> dict[str, Any]:
    """This function will write a recipe as plain JSON, amounts as exact text."""
    plain: dict[str, Any] = {
        f.name: _plain(getattr(made, f.name)) for f in fields(made) if f.name != "steps"
    }
    plain["steps"] = [
        {f.name: _plain(getattr(step, f.name)) for f in fields(step)} for step in made.steps
    ]
    return plain


def from_json(data: Mapping[str, Any]) -> BagRecipe:
    """This function will read a recipe as `as_json` wrote it."""
    amounts = {name: Decimal(text) for name, text in data.items() if name not in WORDS}
    return BagRecipe(
        form=data["form"],
        label=data["label"],
        knowledge_version=data["knowledge_version"],
        steps=tuple(_step(step) for step in data["steps"]),
        **amounts,
    )


def _step(data: Mapping[str, Any]) -> PumpStep:
    return PumpStep(
        start_min=data["start_min"],
        end_min=data["end_min"],
        ml_per_h=Decimal(data["ml_per_h"]),
        rate_mg_per_h=Decimal(data["rate_mg_per_h"]),
    )


def _plain(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value
