"""The strength on the vial equals the one the bag was worked out with: never overridden."""

from reprieve.clinical.facts import number
from reprieve.clinical.safety.rule import START, Answer, Case, Rule
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a vial of another strength than the recipe's."""
    planned, vial = case.fact("recipe_strength_mg_per_ml"), case.fact("vial_strength_mg_per_ml")
    return None if planned is None or vial is None else bool(planned != vial)


RULE = Rule(
    steps=START,
    facts=(
        number(
            "recipe_strength_mg_per_ml",
            N_("For which vial strength was the bag recipe worked out?"),
            unit="mg/mL",
            low=1,
            high=200,
        ),
        number(
            "vial_strength_mg_per_ml",
            N_("Which strength does the vial in hand state?"),
            unit="mg/mL",
            low=1,
            high=200,
        ),
    ),
    says=Message(id=N_("The vial has another strength than the recipe: work it out again.")),
    because=Message(id=N_("A vial of 100 mg/mL in place of 10 mg/mL gives ten times the dose.")),
    judge=judge,
)
