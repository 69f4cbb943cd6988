"""An electrocardiogram at baseline where the heart is at risk."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, Answer, Case, Rule, negate
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a heart at risk without a reviewed electrocardiogram."""
    risk = case.fact("cardiovascular_risk")
    if not risk:
        return None if risk is None else False
    return negate(case.fact("ecg_reviewed"))


RULE = Rule(
    steps=EVALUATION,
    facts=(
        flag("cardiovascular_risk", N_("Is a heart disease suspected, or its risk high?")),
        flag("ecg_reviewed", N_("Was a current electrocardiogram reviewed?")),
    ),
    says=Message(id=N_("An electrocardiogram is needed first.")),
    because=Message(id=N_("A silent heart disease may show itself under ketamine.")),
    judge=judge,
)
