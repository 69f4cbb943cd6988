"""Systolic blood pressure near the baseline of this session, both ways."""

from reprieve.clinical.safety.rule import DISCHARGE, Answer, Case, Rule
from reprieve.clinical.safety.shared import BASELINE_SBP, SBP
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a pressure farther from baseline than allowed."""
    now, base = case.fact("sbp_mmhg"), case.fact("baseline_sbp_mmhg")
    if now is None or base is None:
        return None
    return bool(abs(now - base) * 100 > base * case.limit("within_percent"))


RULE = Rule(
    steps=DISCHARGE,
    facts=(
        SBP,
        BASELINE_SBP,
    ),
    says=Message(id=N_("Blood pressure is far from its baseline: the physician signs.")),
    because=Message(id=N_("Blood pressure has not come back.")),
    judge=judge,
)
