"""Oxygen saturation before the start: nobody is started in this zone."""

from reprieve.clinical.safety.rule import DISCHARGE, START, Answer, Case, Rule
from reprieve.clinical.safety.shared import SPO2
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a reading inside the zone in which nobody is started."""
    return case.below("spo2_percent", "below_percent")


RULE = Rule(
    steps=START | DISCHARGE,
    facts=(SPO2,),
    says=Message(
        id=N_("Oxygen saturation is inside the zone in which nobody is started or sent home.")
    ),
    because=Message(id=N_("Sedation leaves less reserve.")),
    judge=judge,
)
