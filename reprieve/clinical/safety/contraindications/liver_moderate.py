"""Moderate liver disease: caution, with liver tests before and after."""

from reprieve.clinical.safety.rule import EVALUATION, Answer, Case, Rule
from reprieve.clinical.safety.shared import LIVER_DISEASE
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find moderate liver disease."""
    degree = case.fact("liver_disease")
    return None if degree is None else bool(degree == "moderate")


RULE = Rule(
    steps=EVALUATION,
    facts=(LIVER_DISEASE,),
    says=Message(id=N_("Moderate liver disease: order liver tests before and after.")),
    because=Message(id=N_("The liver clears ketamine and can be harmed by it.")),
    judge=judge,
)
