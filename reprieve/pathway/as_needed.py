"""As-needed orders of a visit: as the catalogue says, smaller for this patient, or withdrawn.

Nothing is rubbed out: a smaller order, or the end of one, is a row that stands for the one before.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from reprieve.clinical import rescue
from reprieve.clinical.rescue import AsNeededOrder
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import infusion, order_remaking
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records.models import CarePlan, Encounter, MedicationRequest

VALID_FOR = timedelta(hours=12)
THOUSAND = Decimal(1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsNeeded:
    """A drug as needed. Amounts in its unit; None takes the catalogue's limit."""

    drug: str
    route: str
    dose_max: Decimal | None = None
    session_max: Decimal | None = None
    interval_min: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who writes an order down and for whom, when; `voice` is what a verbal order adds."""

    actor: Actor
    prescriber: uuid.UUID | None
    at: datetime
    voice: Mapping[str, Any] | None = None


def of_plan(visit: Encounter, plan: CarePlan, by: Hand) -> list[MedicationRequest]:
    """This function will order the drugs of a plan; a doctor's own orders are left to a doctor."""
    return [
        order(visit, _planned(plan, drug, route), by)
        for drug, route in plan.detail.get("rescue", {}).items()
        if by.actor.practitioner == by.prescriber or not _is_a_doctors(visit, drug)
    ]


def limits_of(detail: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """This function will read the limits that a plan's detail keeps below the catalogue's."""
    return {
        drug: {k: Decimal(v) if isinstance(v, str) else v for k, v in given.items()}
        for drug, given in detail.get("rescue_limits", {}).items()
    }


def _planned(plan: CarePlan, drug: str, route: str) -> AsNeeded:
    return AsNeeded(drug=drug, route=route, **limits_of(plan.detail).get(drug, {}))


def order(visit: Encounter, wanted: AsNeeded, by: Hand) -> MedicationRequest:
    """This function will write an as-needed order. BadValue beyond the catalogue's limits."""
    usual = rescue.usual_order(
        wanted.drug, route=wanted.route, valid_from_ms=ms(by.at),
        valid_until_ms=ms(by.at + VALID_FOR),
    )  # fmt: skip
    made = rescue.lowered(
        usual, dose_max=wanted.dose_max, session_max=wanted.session_max,
        interval_min=wanted.interval_min,
    )  # fmt: skip
    return _add(visit, made, by, valid_until=by.at + VALID_FOR)


def withdraw(visit: Encounter, drug: str, reason: str, by: Hand) -> MedicationRequest:
    """This function will end an as-needed order: nothing is given under it from now on.

    The reason stands on the chart. Raises BadValue without one, NotNow without such an order.
    """
    if not reason.strip():
        raise BadValue("reason", N_("is needed"))
    old = in_force(clinic=visit.clinic_id, encounter=visit.pk, drug=drug)
    if old is None:
        raise NotNow(N_("There is no order for this drug."))
    row = infusion.locked(clinic=visit.clinic_id, encounter=visit.pk)
    none_left = AsNeededOrder(
        drug=drug, route=old.route, dose_max=Decimal(0), session_max=Decimal(0), interval_min=0,
        valid_from_ms=ms(by.at), valid_until_ms=ms(by.at),
    )  # fmt: skip
    ended = _add(visit, none_left, by, valid_until=by.at)
    said = infusion.Happened(
        kind="noted", note=reason.strip(), detail={"withdrawn": drug, "order": str(ended.pk)}
    )
    infusion.append(row, said, actor=by.actor, at=by.at)
    return ended


def newest(
    *, clinic: uuid.UUID, encounter: uuid.UUID, drug: str
) -> MedicationRequest | None:
    """This function will return the as-needed row of a drug that was written last."""
    rows = MedicationRequest.of(clinic).filter(encounter_id=encounter, drug=drug, as_needed=True)
    return rows.order_by("-recorded_at", "-id").first()


def in_force(
    *, clinic: uuid.UUID, encounter: uuid.UUID, drug: str
) -> MedicationRequest | None:
    """This function will return the as-needed order of a drug; None where it was withdrawn."""
    row = newest(clinic=clinic, encounter=encounter, drug=drug)
    return None if row is None or row.valid_until <= row.valid_from else row


def _is_a_doctors(visit: Encounter, drug: str) -> bool:
    row = newest(clinic=visit.clinic_id, encounter=visit.pk, drug=drug)
    return row is not None and order_remaking.is_a_doctors(row)


def _add(
    visit: Encounter, made: AsNeededOrder, by: Hand, *, valid_until: datetime
) -> MedicationRequest:
    """Limits are kept in mg; of a drug that is none they stay the catalogue's."""
    known = rescue.drug(made.drug)
    in_mg = known.unit == "mg"
    row: MedicationRequest = MedicationRequest.objects.add(
        clinic_id=visit.clinic_id, patient_id=visit.patient_id, plan_id=visit.plan_id,
        encounter=visit, session_no=visit.session_no, drug=made.drug, route=made.route,
        as_needed=True, max_dose_ug=_ug(made.dose_max) if in_mg else None,
        max_total_ug=_ug(made.session_max) if in_mg and made.session_max else 0,
        min_interval_min=made.interval_min, valid_from=by.at, valid_until=valid_until,
        replaces=newest(clinic=visit.clinic_id, encounter=visit.pk, drug=made.drug),
        prescriber_id=by.prescriber, knowledge=known.version[:40], recorded_at=by.at,
        by_id=by.actor.practitioner, **(by.voice or {}),
    )  # fmt: skip
    return row


def _ug(mg: Decimal) -> int:
    return int(mg * THOUSAND)
