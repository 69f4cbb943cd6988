"""The dose of a plan: the regimen as made to fit one person, and one session's dose of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from reprieve.clinical import body, dosing, guardrails
from reprieve.clinical.delivery import MS_PER_MIN, Segment
from reprieve.clinical.dosing import SessionDose
from reprieve.clinical.findings import Finding
from reprieve.clinical.regimens import Regimen, Titration, regimen
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import orders
from reprieve.pathway.errors import NotNow
from reprieve.records.models import CarePlan, Encounter, Observation
from reprieve.records.queries import gate_facts, observations

BASES = ("actual", "ideal")
# From this change of weight since the plan on, a doctor signs the session's order.
LARGE_CHANGE_PERCENT = Decimal(10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """How a regimen is made to fit: amounts by the session they begin at (in its unit), length.

    None keeps the regimen's own. A booster has one session, or as many as are asked.
    """

    amounts: Mapping[int, Decimal] | None = None
    sessions: int | None = None
    duration_min: int | None = None


def fitted(name: str, fit: Fitted) -> Regimen:
    """This function will return a regimen with a person's own amounts, sessions and minutes.

    The regimen's ceilings stay. Raises BadValue naming what cannot be.
    """
    chosen = regimen(name)
    days = chosen.days
    if fit.sessions is not None:
        if not 1 <= fit.sessions <= len(days):
            raise BadValue("sessions", f"must be 1 to {len(days)} in this regimen")
        days = days[: fit.sessions]
    minutes = chosen.duration_min if fit.duration_min is None else fit.duration_min
    if not 10 <= minutes <= 12 * 60:
        raise BadValue("duration_min", N_("must be 10 to 720 minutes"))
    return _with_amounts(replace(chosen, days=days, duration_min=minutes), fit.amounts)


def _with_amounts(chosen: Regimen, amounts: Mapping[int, Decimal] | None) -> Regimen:
    if not amounts:
        return chosen
    if min(amounts) != 1:
        raise BadValue("amount", N_("the first amount begins at session 1"))
    for amount in amounts.values():
        dosing.checked(amount, field="amount")
    later = sorted((n, amount) for n, amount in amounts.items() if n > 1)
    steps = tuple(Titration(from_session=n, amount=amount) for n, amount in later)
    return replace(chosen, amount=amounts[1], titration=steps)


def of_plan(plan: CarePlan) -> Regimen:
    """This function will return the regimen of a signed plan as it was fitted then."""
    kept = plan.detail.get("amounts")
    amounts = {int(n): Decimal(text) for n, text in kept.items()} if kept else None
    fit = Fitted(
        amounts=amounts, sessions=None if plan.is_booster else plan.sessions,
        duration_min=plan.detail.get("duration_min"),
    )  # fmt: skip
    found = fitted(plan.regimen, fit)
    return replace(found, days=found.days[:1] * plan.sessions) if plan.is_booster else found


def dosing_weight_kg(*, weight_kg: Decimal, height_cm: Decimal | None, basis: str) -> Decimal:
    """This function will return the weight that a dose follows.

    Above the body mass at which a choice is due, `basis` must be actual or ideal: else BadValue.
    """
    if height_cm is None:
        if basis == "ideal":
            raise BadValue("height_cm", N_("is needed for the ideal weight"))
        return dosing.checked(
            weight_kg, field="weight_kg", low=dosing.LIGHTEST_KG, high=dosing.HEAVIEST_KG
        )
    weights = body.dosing_weights(weight_kg=weight_kg, height_cm=height_cm)
    if weights.choice_needed and basis not in BASES:
        raise BadValue("weight_basis", N_("choose actual or ideal weight: body mass is above 30"))
    return min(weights.ideal_kg, weights.actual_kg) if basis == "ideal" else weights.actual_kg


def dose_today(
    plan: CarePlan, visit: Encounter, *, at: datetime, by_doctor: bool
) -> SessionDose:
    """This function will work out one session's dose from the plan and the weight of this visit.

    Raises NotNow without today's weight or height, when a guard-rail blocks the dose, or when the
    weight moved so far since the plan that a doctor must sign.
    """
    weight = _of_visit(visit, "weight_kg")
    if weight is None:
        raise NotNow(N_("Weigh the patient first: the dose follows today's weight."))
    _refuse_large_change(plan, weight, by_doctor)
    height = _newest(visit, "height_cm")
    dose_weight = dosing_weight_kg(
        weight_kg=weight, height_cm=height, basis=plan.detail.get("weight_basis", "")
    )
    dose = dosing.session_dose(
        regimen=of_plan(plan), session_no=visit.session_no or 1, weight_kg=dose_weight
    )
    limits = orders.limits_in_force(clinic=visit.clinic_id, at=at)
    orders.refuse_blocked(plan_findings(dose, limits=limits))
    return dose


def plan_findings(
    dose: SessionDose, *, limits: guardrails.Limits | None = None
) -> tuple[Finding, ...]:
    """This function will hold one session's dose against the guard-rails."""
    segments = [
        Segment(
            start_ms=step.start_min * MS_PER_MIN, end_ms=step.end_min * MS_PER_MIN,
            rate_mg_per_h=step.rate_mg_per_h,
        )
        for step in dose.steps
    ]  # fmt: skip
    return guardrails.check_plan(segments=segments, weight_kg=dose.weight_kg, limits=limits)


def _refuse_large_change(plan: CarePlan, weight: Decimal, by_doctor: bool) -> None:
    before = plan.detail.get("weight_kg")
    if by_doctor or before is None:
        return
    change = abs(weight - Decimal(before)) * 100
    if change >= Decimal(before) * LARGE_CHANGE_PERCENT:
        raise NotNow(N_("The weight moved by 10 % or more since the plan: a doctor signs."))


def _of_visit(visit: Encounter, code: str) -> Decimal | None:
    rows = Observation.of(visit.clinic_id).filter(encounter_id=visit.pk, code=code)
    found = gate_facts.valid(rows).get(code)
    return None if found is None else _decimal(found.value)


def _newest(visit: Encounter, code: str) -> Decimal | None:
    found = observations.newest(clinic=visit.clinic_id, patient=visit.patient_id, codes=[code])
    return _decimal(found[code].value) if code in found else None


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))
