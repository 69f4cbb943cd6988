"""The dose of one session from the regimen and today's weight, rounded down to the pump's steps."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from typing import Any

from reprieve.clinical.regimens import Regimen
from reprieve.knowledge import BadValue

PUMP_STEP_ML_PER_H = Decimal("0.1")
REFERENCE_MG_PER_ML = Decimal(1)
MICROGRAM = Decimal("0.001")
LIGHTEST_KG, HEAVIEST_KG = Decimal(20), Decimal(350)
MIN_PER_H = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RateStep:
    """A constant rate between two minutes after the start."""

    start_min: int
    end_min: int
    rate_mg_per_h: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDose:
    """What one session gives. `capped` names the ceilings that lowered the dose."""

    regimen: str
    session_no: int
    form: str
    weight_kg: Decimal
    steps: tuple[RateStep, ...]
    total_mg: Decimal
    duration_min: int
    mg_per_kg: Decimal
    capped: tuple[str, ...]
    knowledge_version: str


def session_dose(
    *,
    regimen: Regimen,
    session_no: int,
    weight_kg: Decimal,
    concentration_mg_per_ml: Decimal = REFERENCE_MG_PER_ML,
    pump_step_ml_per_h: Decimal = PUMP_STEP_ML_PER_H,
) -> SessionDose:
    """This function will work out the rate, time and milligrams of one session.

    `weight_kg` is the dosing weight, 20 to 350 kg. The rate never passes the regimen's ceilings
    and is rounded down to what a pump with the given step delivers at the given concentration
    (1 mg/mL unless a bag is chosen). Raises BadValue naming the argument that cannot be used.
    """
    weight = checked(weight_kg, field="weight_kg", low=LIGHTEST_KG, high=HEAVIEST_KG)
    wanted = _wanted_rate(regimen, regimen.amount_at(session_no), weight)
    ceilings = _ceilings(regimen)
    rate = deliverable_mg_per_h(
        min(wanted, *ceilings.values()),
        concentration_mg_per_ml=concentration_mg_per_ml,
        pump_step_ml_per_h=pump_step_ml_per_h,
    )
    total = total_mg(rate, minutes=regimen.duration_min)
    return SessionDose(
        regimen=regimen.id,
        session_no=session_no,
        form=regimen.form,
        weight_kg=weight,
        steps=(RateStep(start_min=0, end_min=regimen.duration_min, rate_mg_per_h=rate),),
        total_mg=total,
        duration_min=regimen.duration_min,
        mg_per_kg=(total / weight).quantize(MICROGRAM, rounding=ROUND_CEILING),
        capped=tuple(name for name, ceiling in ceilings.items() if wanted > ceiling),
        knowledge_version=regimen.knowledge_version,
    )


def deliverable_mg_per_h(
    rate_mg_per_h: Decimal,
    *,
    concentration_mg_per_ml: Decimal,
    pump_step_ml_per_h: Decimal = PUMP_STEP_ML_PER_H,
) -> Decimal:
    """This function will round a rate down to the next one that the pump can deliver.

    The one place where a rate is rounded. Raises BadValue when even the smallest step is more.
    """
    concentration = checked(concentration_mg_per_ml, field="concentration_mg_per_ml")
    step = checked(pump_step_ml_per_h, field="pump_step_ml_per_h") * concentration
    rate = (checked(rate_mg_per_h, field="rate_mg_per_h") // step) * step
    if not rate:
        raise BadValue("rate_mg_per_h", f"{rate_mg_per_h} is less than the pump delivers ({step})")
    return rate


def total_mg(rate_mg_per_h: Decimal, *, minutes: int) -> Decimal:
    """This function will turn a constant rate into milligrams, rounded down to a microgram."""
    exact = rate_mg_per_h * minutes / MIN_PER_H
    return exact.quantize(MICROGRAM, rounding=ROUND_DOWN)


def checked(
    value: Any, *, field: str, low: Decimal = Decimal(0), high: Decimal = Decimal(100_000)
) -> Decimal:
    """This function will refuse what is no positive, finite Decimal within its limits."""
    if not isinstance(value, Decimal) or not value.is_finite():
        raise BadValue(field, f"must be a finite Decimal, got {value!r}")
    if not value > 0 or not low <= value <= high:
        raise BadValue(field, f"must be within {low} to {high}, got {value}")
    return value


def _wanted_rate(regimen: Regimen, amount: Decimal, weight_kg: Decimal) -> Decimal:
    by_weight = weight_kg if "/kg" in regimen.unit else Decimal(1)
    per_hour = Decimal(1) if regimen.unit.endswith("/h") else _sessions_per_h(regimen)
    return amount * by_weight * per_hour


def _ceilings(regimen: Regimen) -> dict[str, Decimal]:
    """List the regimen's ceilings, each as a rate."""
    session = regimen.ceiling_mg_per_session * _sessions_per_h(regimen)
    rate = regimen.ceiling_mg_per_h
    return {"mg_per_session": session} | ({} if rate is None else {"mg_per_h": rate})


def _sessions_per_h(regimen: Regimen) -> Decimal:
    return Decimal(MIN_PER_H) / regimen.duration_min
