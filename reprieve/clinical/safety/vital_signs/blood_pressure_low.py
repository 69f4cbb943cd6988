"""Low blood pressure: nobody is started in this zone."""

from reprieve.clinical.safety.rule import DISCHARGE, START, Answer, Case, Rule
from reprieve.clinical.safety.shared import SBP
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a reading inside the zone in which nobody is started."""
    return case.below("sbp_mmhg", "sbp_below_mmhg")


RULE = Rule(
    steps=START | DISCHARGE,
    facts=(SBP,),
    says=Message(id=N_("Blood pressure is so low that nobody is started or sent home.")),
    because=Message(id=N_("A low pressure has a cause that must be found first.")),
    judge=judge,
)
