"""A low suicide risk, or an answer above zero to the ninth PHQ-9 question: seen by all."""

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule, either
from reprieve.clinical.safety.shared import SUICIDE_RISK
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a low risk or thoughts of death in the last questionnaire."""
    risk, item = case.fact("cssrs_risk"), case.fact("phq9_item_9")
    low = None if risk is None else risk == "low"
    return either((low, None if item is None else item > 0))


RULE = Rule(
    steps=BEFORE,
    facts=(
        SUICIDE_RISK,
        count("phq9_item_9", N_("Answer to the ninth PHQ-9 question?"), high=3, unit="{score}"),
    ),
    says=Message(id=N_("Thoughts of death were reported.")),
    because=Message(id=N_("An answer of zero clears nobody; one above zero asks for a talk.")),
    judge=judge,
)
