"""High blood pressure: nobody is started in this zone."""

from reprieve.clinical.safety.rule import BEFORE, DISCHARGE, Answer, Case, Rule, either
from reprieve.clinical.safety.shared import DBP, SBP
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a reading inside the zone in which nobody is started."""
    return either(
        (case.reaches("sbp_mmhg", "sbp_from_mmhg"), case.reaches("dbp_mmhg", "dbp_from_mmhg"))
    )


RULE = Rule(
    steps=BEFORE | DISCHARGE,
    facts=(
        DBP,
        SBP,
    ),
    says=Message(
        id=N_("Blood pressure is inside the zone in which nobody is started or sent home.")
    ),
    because=Message(id=N_("Ketamine raises blood pressure.")),
    judge=judge,
)
