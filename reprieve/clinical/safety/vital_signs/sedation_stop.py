"""Deep sedation or dangerous agitation: nobody is started in this zone."""

from reprieve.clinical.safety.rule import DISCHARGE, START, Answer, Case, Rule, either
from reprieve.clinical.safety.shared import RASS
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a state in which a running infusion would be stopped."""
    return either((case.below("rass", "below"), case.above("rass", "above")))


RULE = Rule(
    steps=START | DISCHARGE,
    facts=(RASS,),
    says=Message(
        id=N_("Sedation or agitation is inside the zone in which nobody is started or sent home.")
    ),
    because=Message(id=N_("A running infusion would be stopped in this state.")),
    judge=judge,
)
