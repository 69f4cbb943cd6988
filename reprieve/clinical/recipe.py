"""How a bag is made for one dose from one kind of vial, and how the pump is set for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from reprieve import knowledge
from reprieve.clinical.dosing import (
    MIN_PER_H,
    PUMP_STEP_ML_PER_H,
    SessionDose,
    checked,
    deliverable_mg_per_h,
    total_mg,
)
from reprieve.clinical.findings import Finding, Outcome, Severity
from reprieve.knowledge import N_, BadValue, Knowledge, Message

MISMATCH = N_("The vial holds {vial_form}, the order says {order_form}.")
STRONGER = Message(id=N_("Esketamine is about twice as strong as the racemic drug."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vial:
    """The kind of vial in hand: its strength in mg/mL and its form (racemic or esketamine)."""

    strength_mg_per_ml: Decimal
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpStep:
    """A pump rate between two minutes after the start, and the drug that it gives."""

    start_min: int
    end_min: int
    ml_per_h: Decimal
    rate_mg_per_h: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BagRecipe:
    """A bag and its pump programme.

    First `remove_ml` (overfill and the volume of the drug) is drawn off, then `drug_volume_ml` is
    added, so that the bag holds `bag_volume_ml`. `vtbi_ml` is the volume to be infused, `left_ml`
    and `left_mg` what stays in bag and line. `label` changes with anything that changes the bag.
    """

    form: str
    strength_mg_per_ml: Decimal
    bag_volume_ml: Decimal
    overfill_ml: Decimal
    priming_ml: Decimal
    remove_ml: Decimal
    drug_volume_ml: Decimal
    mg_in_bag: Decimal
    final_mg_per_ml: Decimal
    steps: tuple[PumpStep, ...]
    total_mg: Decimal
    vtbi_ml: Decimal
    left_ml: Decimal
    left_mg: Decimal
    label: str
    knowledge_version: str


def bag_recipe(
    *,
    dose: SessionDose,
    vial: Vial,
    bag_volume_ml: Decimal,
    overfill_ml: Decimal | None = None,
    priming_ml: Decimal | None = None,
    final_mg_per_ml: Decimal | None = None,
    pump_step_ml_per_h: Decimal = PUMP_STEP_ML_PER_H,
) -> BagRecipe:
    """This function will work out the bag and the pump programme for a dose.

    Overfill and priming are the clinic's usual ones unless given; the concentration is the lowest
    usual one with which the dose and the priming fit into the bag. Every rate is rounded down.
    Raises BadValue for a vial of another form, an unknown strength, a bag that is too small, or a
    concentration that leaves the drug undiluted.
    """
    file = _file()
    _check_vial(vial, dose, file)
    bag = checked(bag_volume_ml, field="bag_volume_ml", low=Decimal(10), high=Decimal(1000))
    overfill = _volume(overfill_ml, _usual_overfill(bag, file), field="overfill_ml")
    priming = _volume(priming_ml, Decimal(file.data["line"]["priming_ml"]), field="priming_ml")
    room_ml = bag - priming
    concentration = _concentration(final_mg_per_ml, dose, room_ml, file)
    steps = _steps(dose, concentration, pump_step_ml_per_h)
    drug_ml = _drug_volume(bag * concentration / vial.strength_mg_per_ml, file)
    given = sum((total_mg(s.rate_mg_per_h, minutes=s.end_min - s.start_min) for s in steps),
                Decimal(0))  # fmt: skip
    vtbi = _vtbi(steps, file)
    return BagRecipe(
        form=vial.form,
        strength_mg_per_ml=vial.strength_mg_per_ml,
        bag_volume_ml=bag,
        overfill_ml=overfill,
        priming_ml=priming,
        remove_ml=overfill + drug_ml,
        drug_volume_ml=drug_ml,
        mg_in_bag=drug_ml * vial.strength_mg_per_ml,
        final_mg_per_ml=concentration,
        steps=steps,
        total_mg=given,
        vtbi_ml=vtbi,
        left_ml=bag - vtbi,
        left_mg=drug_ml * vial.strength_mg_per_ml - given,
        label=_label(vial, bag, concentration, steps),
        knowledge_version=file.version,
    )


def vial_findings(*, vial: Vial, order_form: str) -> tuple[Finding, ...]:
    """This function will find a vial of another form than ordered: never overridden."""
    if vial.form == order_form:
        return ()
    file = _file()
    params = {"vial_form": vial.form, "order_form": order_form}
    return (
        Finding(
            rule="drug-form",
            severity=Severity.STOP,
            outcome=Outcome.FINDS,
            says=Message(id=MISMATCH, params=params),
            because=STRONGER,
            source=file.data["source"],
            saw=params,
            overridable=False,
            verified=file.data["verified"],
            knowledge_version=file.version,
        ),
    )


def _file() -> Knowledge:
    return knowledge.load("reprieve.clinical", "recipe")


def _check_vial(vial: Vial, dose: SessionDose, file: Knowledge) -> None:
    if vial.form not in file.data["forms"]:
        raise BadValue("vial_form", f"must be one of {', '.join(file.data['forms'])}")
    if vial.form != dose.form:
        raise BadValue("vial_form", f"is {vial.form}, the dose is for {dose.form}")
    strengths = file.data["vial_strengths_mg_per_ml"]
    if vial.strength_mg_per_ml not in [Decimal(s) for s in strengths]:
        raise BadValue("strength_mg_per_ml", f"must be one of {', '.join(strengths)}")


def _usual_overfill(bag_ml: Decimal, file: Knowledge) -> Decimal | None:
    usual = {Decimal(size): Decimal(extra) for size, extra in file.data["bags"].items()}
    return usual.get(bag_ml)


def _volume(given: Decimal | None, usual: Decimal | None, *, field: str) -> Decimal:
    value = usual if given is None else given
    if value is None:
        raise BadValue(field, "is needed for a bag of this size")
    return value if value == 0 else checked(value, field=field, high=Decimal(200))


def _concentration(
    given: Decimal | None, dose: SessionDose, room_ml: Decimal, file: Knowledge
) -> Decimal:
    highest = Decimal(file.data["highest_final_mg_per_ml"])
    usual = [Decimal(c) for c in file.data["bag_concentrations_mg_per_ml"]]
    for concentration in usual if given is None else [given]:
        checked(concentration, field="final_mg_per_ml")
        if concentration > highest:
            raise BadValue("final_mg_per_ml", f"must be diluted to at most {highest} mg/mL")
        if dose.total_mg <= concentration * room_ml:
            return concentration
    raise BadValue("bag_volume_ml", f"{dose.total_mg} mg and the priming do not fit into the bag")


def _steps(dose: SessionDose, concentration: Decimal, pump_step: Decimal) -> tuple[PumpStep, ...]:
    steps = []
    for step in dose.steps:
        rate = deliverable_mg_per_h(
            step.rate_mg_per_h, concentration_mg_per_ml=concentration, pump_step_ml_per_h=pump_step
        )
        steps.append(
            PumpStep(
                start_min=step.start_min,
                end_min=step.end_min,
                ml_per_h=rate / concentration,
                rate_mg_per_h=rate,
            )
        )
    return tuple(steps)


def _drug_volume(exact_ml: Decimal, file: Knowledge) -> Decimal:
    """Refuse a volume that no syringe shows, so that the label never states more than was drawn."""
    drawn = exact_ml.quantize(Decimal(file.data["syringe_step_ml"]), rounding=ROUND_DOWN)
    if drawn != exact_ml:
        raise BadValue("bag_volume_ml", f"{exact_ml} mL of drug cannot be drawn exactly")
    return drawn


def _vtbi(steps: tuple[PumpStep, ...], file: Knowledge) -> Decimal:
    """Add up the volume, rounded down: the pump never gives more than was ordered."""
    exact = sum((s.ml_per_h * (s.end_min - s.start_min) for s in steps), Decimal(0)) / MIN_PER_H
    return exact.quantize(Decimal(file.data["vtbi_step_ml"]), rounding=ROUND_DOWN)


def _label(vial: Vial, bag_ml: Decimal, concentration: Decimal, steps: tuple[PumpStep, ...]) -> str:
    text = f"{vial.form}|{vial.strength_mg_per_ml:f}|{bag_ml:f}|{concentration:f}|{steps}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
