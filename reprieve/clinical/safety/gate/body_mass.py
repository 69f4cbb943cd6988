"""Height and body mass: over a limit the physician chooses the weight for the dose."""

from reprieve.clinical.facts import flag, number
from reprieve.clinical.safety.rule import START, Answer, Case, Rule, negate
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a high body-mass index without a chosen dosing weight."""
    weight_kg, height_cm = case.fact("weight_kg"), case.fact("height_cm")
    if weight_kg is None or height_cm is None:
        return None
    # kg / m2 compared without division, so that a limit met exactly stays exact.
    if weight_kg * 10_000 <= case.limit("bmi_above_kg_per_m2") * height_cm * height_cm:
        return False
    return negate(case.fact("dose_weight_chosen"))


RULE = Rule(
    steps=START,
    facts=(
        number("weight_kg", N_("Weight today?"), unit="kg", low=20, high=350),
        number("height_cm", N_("Height?"), unit="cm", low=80, high=250),
        flag(
            "dose_weight_chosen",
            N_("With a high body mass: has the physician chosen the weight for the dose?"),
        ),
    ),
    says=Message(id=N_("Body mass is high: the physician chooses actual or ideal weight.")),
    because=Message(id=N_("A dose by actual weight may be too much in obesity.")),
    judge=judge,
)
