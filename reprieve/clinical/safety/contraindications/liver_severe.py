"""Severe liver disease."""

from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.clinical.safety.shared import LIVER_DISEASE
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find severe liver disease."""
    degree = case.fact("liver_disease")
    return None if degree is None else bool(degree == "severe")


RULE = Rule(
    steps=BEFORE,
    facts=(LIVER_DISEASE,),
    says=Message(id=N_("Severe liver disease.")),
    because=Message(id=N_("The liver clears ketamine and can be harmed by it.")),
    judge=judge,
)
