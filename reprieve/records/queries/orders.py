"""Orders of a visit as people read them: amounts in mg, who ordered, what waits for a signature."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from reprieve.records.models import MedicationRequest, Practitioner, Signature

MICROGRAMS = Decimal(1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """One order. Rates in mg/h, amounts in mg; `steps` are (start min, end min, mg/h)."""

    id: uuid.UUID
    patient: uuid.UUID
    encounter: uuid.UUID | None
    drug: str
    form: str
    route: str
    as_needed: bool
    steps: tuple[tuple[int, int, Decimal], ...]
    highest_rate_mg_per_h: Decimal | None
    dose_max_mg: Decimal | None
    total_max_mg: Decimal | None
    interval_min: int | None
    weight_kg: Decimal | None
    valid_until: datetime
    recorded_at: datetime
    prescriber: uuid.UUID
    prescriber_name: str
    verbal: bool
    cosign_due: datetime | None
    signed: bool
    in_force: bool
    withdrawn: bool


def of_visit(*, clinic: uuid.UUID, encounter: uuid.UUID) -> list[OrderView]:
    """This function will list a visit's orders, newest first; replaced ones are not in force."""
    return _views(clinic, MedicationRequest.of(clinic).filter(encounter_id=encounter))


def unsigned(*, clinic: uuid.UUID, prescriber: uuid.UUID | None = None) -> list[OrderView]:
    """This function will list verbal orders that wait for a signature, of one doctor or of all."""
    rows = MedicationRequest.of(clinic).filter(verbal=True)
    if prescriber is not None:
        rows = rows.filter(prescriber_id=prescriber)
    return [view for view in _views(clinic, rows) if not view.signed]


def _views(clinic: uuid.UUID, rows: QuerySet[MedicationRequest]) -> list[OrderView]:
    found = list(rows.order_by("-recorded_at", "-valid_until", "-id"))
    names = dict(Practitioner.of(clinic).values_list("id", "name"))
    ids = [row.pk for row in found]
    signed = set(Signature.of(clinic).filter(subject__in=ids).values_list("subject", flat=True))
    newest: dict[tuple[uuid.UUID | None, str, bool], uuid.UUID] = {}
    for row in found:
        newest.setdefault((row.encounter_id, row.drug, row.as_needed), row.pk)
    in_force = set(newest.values())
    return [_view(row, names, row.pk in signed, row.pk in in_force) for row in found]


def _view(
    row: MedicationRequest, names: Mapping[uuid.UUID, str], signed: bool, in_force: bool
) -> OrderView:
    return OrderView(
        id=row.pk, patient=row.patient_id, encounter=row.encounter_id, drug=row.drug,
        form=row.form, route=row.route, as_needed=row.as_needed,
        steps=tuple(
            (s["start_min"], s["end_min"], Decimal(s["rate_ug_per_h"]) / MICROGRAMS)
            for s in row.steps
        ),
        highest_rate_mg_per_h=_mg(row.max_rate_ug_per_h), dose_max_mg=_mg(row.max_dose_ug),
        total_max_mg=_mg(row.max_total_ug or None), interval_min=row.min_interval_min,
        weight_kg=_mg(row.weight_g), valid_until=row.valid_until, recorded_at=row.recorded_at,
        prescriber=row.prescriber_id, prescriber_name=names.get(row.prescriber_id, ""),
        verbal=row.verbal, cosign_due=row.cosign_due, signed=signed, in_force=in_force,
        withdrawn=row.as_needed and row.valid_until <= row.valid_from,
    )  # fmt: skip


def _mg(ug: int | None) -> Decimal | None:
    return None if ug is None else Decimal(ug) / MICROGRAMS
