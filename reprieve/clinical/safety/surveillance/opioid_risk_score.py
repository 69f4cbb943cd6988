"""The score of the opioid risk tool."""

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a value at or beyond its limit."""
    return case.reaches("ort_oud_score", "score")


RULE = Rule(
    steps=BEFORE,
    facts=(count("ort_oud_score", N_("ORT-OUD score?"), high=9, unit="{score}"),),
    says=Message(id=N_("The opioid risk score is high.")),
    because=Message(id=N_("Misuse is more likely.")),
    judge=judge,
)
