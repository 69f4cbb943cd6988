"""Body mass and the two weights that a physician may dose by."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from reprieve import knowledge
from reprieve.clinical.dosing import HEAVIEST_KG, LIGHTEST_KG, checked

TENTH = Decimal("0.1")
CM_PER_M = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class DosingWeights:
    """Actual and ideal weight; `choice_needed` asks the physician which one the dose follows."""

    actual_kg: Decimal
    ideal_kg: Decimal
    bmi_kg_per_m2: Decimal
    choice_needed: bool
    verified: bool
    knowledge_version: str


def dosing_weights(*, weight_kg: Decimal, height_cm: Decimal) -> DosingWeights:
    """This function will work out body mass and ideal weight (rounded down to 0.1 kg).

    The dose follows the actual weight; above the limit of body mass the physician chooses. Raises
    BadValue for a weight outside 20 to 350 kg or a height outside 80 to 250 cm.
    """
    file = knowledge.load("reprieve.clinical", "body")
    weight = checked(weight_kg, field="weight_kg", low=LIGHTEST_KG, high=HEAVIEST_KG)
    height = checked(height_cm, field="height_cm", low=Decimal(80), high=Decimal(250)) / CM_PER_M
    bmi = weight / height**2
    ideal = Decimal(file.data["ideal_bmi_kg_per_m2"]) * height**2
    return DosingWeights(
        actual_kg=weight,
        ideal_kg=ideal.quantize(TENTH, rounding=ROUND_DOWN),
        bmi_kg_per_m2=bmi.quantize(TENTH),
        choice_needed=bmi > Decimal(file.data["choose_above_bmi_kg_per_m2"]),
        verified=file.data["verified"],
        knowledge_version=file.version,
    )
