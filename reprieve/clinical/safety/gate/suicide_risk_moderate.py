"""A moderate suicide risk: the physician sees the patient before the decision and the start."""

from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.clinical.safety.shared import SUICIDE_RISK, SUICIDE_RISK_CLEARED
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a moderate risk until a clinician has cleared it."""
    risk = case.fact("cssrs_risk")
    if risk is None:
        return None
    return bool(risk == "moderate" and case.fact("suicide_risk_cleared") is not True)


RULE = Rule(
    steps=BEFORE,
    facts=(SUICIDE_RISK, SUICIDE_RISK_CLEARED),
    says=Message(id=N_("The suicide risk is moderate: the physician sees the patient first.")),
    because=Message(id=N_("Mood may fall during or after treatment; a life is at stake.")),
    judge=judge,
)
