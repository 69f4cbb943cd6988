"""Awake and calm."""

from reprieve.clinical.safety.rule import DISCHARGE, Answer, Case, Rule
from reprieve.clinical.safety.shared import RASS
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find any sedation or agitation."""
    rass = case.fact("rass")
    return None if rass is None else bool(rass != case.limit("rass"))


RULE = Rule(
    steps=DISCHARGE,
    facts=(RASS,),
    says=Message(id=N_("The patient is not awake and calm.")),
    because=Message(id=N_("Ketamine still acts.")),
    judge=judge,
)
