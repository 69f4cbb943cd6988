"""Breathing before the start: nobody is started in this zone."""

from reprieve.clinical.safety.rule import START, Answer, Case, Rule
from reprieve.clinical.safety.shared import RESPIRATORY_RATE
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a reading inside the zone in which nobody is started."""
    return case.below("respiratory_rate_per_min", "below_per_min")


RULE = Rule(
    steps=START,
    facts=(RESPIRATORY_RATE,),
    says=Message(id=N_("Breathing is inside the zone in which nobody is started.")),
    because=Message(id=N_("Sedation can slow breathing further.")),
    judge=judge,
)
