"""The daily opioid dose in morphine equivalents."""

from reprieve.clinical.facts import number
from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a value at or beyond its limit."""
    return case.reaches("opioid_mme_per_day", "mme_per_day")


RULE = Rule(
    steps=BEFORE,
    facts=(
        number(
            "opioid_mme_per_day",
            N_("Opioid dose in morphine milligram equivalents a day?"),
            unit="mg/d",
            low=0,
            high=10000,
        ),
    ),
    says=Message(id=N_("The daily opioid dose is high.")),
    because=Message(id=N_("The risk of slow breathing and overdose grows with it.")),
    judge=judge,
)
