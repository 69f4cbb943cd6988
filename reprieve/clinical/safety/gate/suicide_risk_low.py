"""A low or cleared suicide risk, or a ninth PHQ-9 answer above zero: seen by all."""

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule, either
from reprieve.clinical.safety.shared import SUICIDE_RISK, SUICIDE_RISK_CLEARED
from reprieve.knowledge import N_, Message

CLEARED = Message(id=N_("A moderate or high suicide risk was cleared by a clinician."))


def judge(case: Case) -> Answer:
    """This function will find a low risk, thoughts of death, or a graver risk that was cleared."""
    risk, item = case.fact("cssrs_risk"), case.fact("phq9_item_9")
    if risk in {"moderate", "high"} and case.optional("suicide_risk_cleared"):
        return CLEARED
    low = None if risk is None else risk == "low"
    return either((low, None if item is None else item > 0))


RULE = Rule(
    steps=BEFORE,
    facts=(
        SUICIDE_RISK,
        SUICIDE_RISK_CLEARED,
        count("phq9_item_9", N_("Answer to the ninth PHQ-9 question?"), high=3, unit="{score}"),
    ),
    says=Message(id=N_("Thoughts of death were reported.")),
    because=Message(id=N_("An answer of zero clears nobody; one above zero asks for a talk.")),
    judge=judge,
)
