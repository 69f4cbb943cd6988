"""Today's weight, typed again by a second person when it changed much."""

from reprieve.clinical.facts import flag, number
from reprieve.clinical.safety.rule import START, Answer, Case, Rule, negate
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a large change of weight that no second person confirmed."""
    now, last = case.fact("weight_kg"), case.optional("weight_last_kg")
    if now is None or last is None:
        return None if now is None else False
    if abs(now - last) * 100 < last * case.limit("change_percent"):
        return False
    return negate(case.fact("weight_confirmed_by_second"))


RULE = Rule(
    steps=START,
    facts=(
        number("weight_kg", N_("Weight today?"), unit="kg", low=20, high=350),
        number(
            "weight_last_kg",
            N_("Weight at the visit before, if there was one?"),
            unit="kg",
            low=20,
            high=350,
        ),
        flag(
            "weight_confirmed_by_second",
            N_("Did a second person type today's weight again?"),
        ),
    ),
    says=Message(id=N_("The weight changed much and no second person typed it again.")),
    because=Message(id=N_("The dose follows the weight; pounds typed as kilograms double it.")),
    judge=judge,
)
