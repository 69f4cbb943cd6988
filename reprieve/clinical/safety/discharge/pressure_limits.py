"""Blood pressure within its limits for going home."""

from reprieve.clinical.safety.rule import DISCHARGE, Answer, Case, Rule, either
from reprieve.clinical.safety.shared import DBP, SBP
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a pressure too high or too low to go home."""
    high = (case.reaches("sbp_mmhg", "sbp_from_mmhg"), case.reaches("dbp_mmhg", "dbp_from_mmhg"))
    return either((*high, case.below("sbp_mmhg", "sbp_below_mmhg")))


RULE = Rule(
    steps=DISCHARGE,
    facts=(
        SBP,
        DBP,
    ),
    says=Message(
        id=N_("Blood pressure is outside the limits for going home: the physician signs.")
    ),
    because=Message(id=N_("It could harm at home, where nobody measures.")),
    judge=judge,
)
