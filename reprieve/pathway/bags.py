"""The bag and its pump programme: worked out from the order in force and the vial in hand.

Another vial, another strength or another rate is a new bag: what was checked before is void.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from reprieve.clinical import dosing, recipe
from reprieve.clinical.delivery import MS_PER_MIN
from reprieve.clinical.recipe import BagRecipe, Vial
from reprieve.pathway import infusion, observations, orders
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.infusion import Happened
from reprieve.pathway.observations import Told
from reprieve.pathway.permissions import Actor
from reprieve.records.models import InfusionState, MedicationRequest
from reprieve.records.queries import bags, settings

# The clinic's own hours within which a bag that was mixed must run.
START_WITHIN_MIN = "bag.start_within_min"
USUAL_START_WITHIN_MIN = 240
PUMP_STEP = "pump.step_ml_per_h"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What is in hand: the vial as its label says, the bag, and its overfill and line if unusual.

    `rate_mg_per_h` is the rate to go on with after a change; None keeps the order's or the present
    one. `final_mg_per_ml` fixes the concentration, as for a bag that is half empty.
    """

    vial_strength_mg_per_ml: Decimal
    vial_form: str
    bag_volume_ml: Decimal
    overfill_ml: Decimal | None = None
    priming_ml: Decimal | None = None
    final_mg_per_ml: Decimal | None = None
    rate_mg_per_h: Decimal | None = None


def prepare(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, mix: Mix
) -> dict[str, Any]:
    """This function will work a bag out, write it into the stream and return its recipe.

    Raises NotNow without an order, BadValue for a vial of another form, an unknown strength, or a
    bag that is too small.
    """

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        made = worked_out(row, mix, at=at)
        within_min = settings.value(
            clinic=actor.clinic, key=START_WITHIN_MIN, at=at, default=USUAL_START_WITHIN_MIN
        )
        _read_from_vial(row, mix, actor=actor, at=at)
        detail = {
            "recipe": bags.as_json(made), "occasion": _occasion(row),
            "start_by_ms": ms(at + timedelta(minutes=int(within_min))),
        }  # fmt: skip
        event = infusion.append(row, Happened(kind=bags.KIND, detail=detail), actor=actor, at=at)
        return Done(subject_kind="bag", subject=event.pk, result={"recipe": detail["recipe"]})

    return perform("infusion.check", actor=actor, uid=uid, at=at, work=work)


def worked_out(row: InfusionState, mix: Mix, *, at: datetime) -> BagRecipe:
    """This function will work a bag out for what the order still has to give."""
    order = orders.needed_order(clinic=row.clinic_id, encounter=row.encounter_id)
    found = recipe.vial_findings(
        vial=Vial(strength_mg_per_ml=mix.vial_strength_mg_per_ml, form=mix.vial_form),
        order_form=order.form,
    )
    orders.refuse_blocked(found)
    step = settings.value(clinic=row.clinic_id, key=PUMP_STEP, at=at)
    return recipe.bag_recipe(
        dose=_dose(row, order, mix, at),
        vial=Vial(strength_mg_per_ml=mix.vial_strength_mg_per_ml, form=mix.vial_form),
        bag_volume_ml=mix.bag_volume_ml,
        overfill_ml=mix.overfill_ml,
        priming_ml=mix.priming_ml,
        final_mg_per_ml=mix.final_mg_per_ml,
        pump_step_ml_per_h=dosing.PUMP_STEP_ML_PER_H if step is None else Decimal(str(step)),
    )


def read_vial(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID,
    strength_mg_per_ml: Decimal, form: str,
) -> None:  # fmt: skip
    """This function will note what the label of the vial in hand says, as read once more."""

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        known = Mix(
            vial_strength_mg_per_ml=dosing.checked(strength_mg_per_ml, field="vial_strength"),
            vial_form=form, bag_volume_ml=Decimal(0),
        )  # fmt: skip
        _read_from_vial(row, known, actor=actor, at=at)
        return Done(subject_kind="encounter", subject=encounter)

    perform("infusion.check", actor=actor, uid=uid, at=at, work=work)


def _read_from_vial(row: InfusionState, mix: Mix, *, actor: Actor, at: datetime) -> None:
    told = [
        Told(code="vial_strength_mg_per_ml", value=mix.vial_strength_mg_per_ml, unit="mg/mL"),
        Told(code="vial_form", value=mix.vial_form),
    ]
    observations.write(
        told, actor=actor, at=at, measured_at=at, patient=row.patient_id,
        encounter=row.encounter_id,
    )  # fmt: skip


def _occasion(row: InfusionState) -> str:
    return {"prepared": "start", "stopped": "restart"}.get(row.state, "bag_change")


def _dose(
    row: InfusionState, order: MedicationRequest, mix: Mix, at: datetime
) -> dosing.SessionDose:
    steps = _ordered(order) if row.state == "prepared" else _left(row, order, mix, at)
    total = sum(
        (dosing.total_mg(s.rate_mg_per_h, minutes=s.end_min - s.start_min) for s in steps),
        Decimal(0),
    )
    weight = orders.weight_kg(order)
    return dosing.SessionDose(
        regimen="", session_no=order.session_no or 1, form=order.form, weight_kg=weight,
        steps=steps, total_mg=total, duration_min=steps[-1].end_min,
        mg_per_kg=total / weight, capped=(), knowledge_version=order.knowledge,
    )  # fmt: skip


def _ordered(order: MedicationRequest) -> tuple[dosing.RateStep, ...]:
    return tuple(
        dosing.RateStep(
            start_min=step["start_min"], end_min=step["end_min"],
            rate_mg_per_h=Decimal(step["rate_ug_per_h"]) / orders.MICROGRAMS,
        )
        for step in order.steps
    )  # fmt: skip


def _left(
    row: InfusionState, order: MedicationRequest, mix: Mix, at: datetime
) -> tuple[dosing.RateStep, ...]:
    """What the plan still gives, at the rate that goes on."""
    now = infusion.stream(clinic=row.clinic_id, encounter=row.encounter_id)
    minutes = (orders.plan_end_ms(order, now, ms(at)) - ms(at)) // MS_PER_MIN
    last_ug = now.segments[-1].rate_ug_per_h if now.segments else 0
    rate = mix.rate_mg_per_h
    if rate is None:
        rate = Decimal(row.rate_ug_per_h or last_ug) / orders.MICROGRAMS
    checked = dosing.checked(rate, field="rate_mg_per_h")
    return (dosing.RateStep(start_min=0, end_min=int(minutes), rate_mg_per_h=checked),)
