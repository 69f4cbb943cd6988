"""The score of the drug abuse screening test."""

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a value at or beyond its limit."""
    return case.reaches("dast10_score", "score")


RULE = Rule(
    steps=BEFORE,
    facts=(count("dast10_score", N_("DAST-10 score?"), high=10, unit="{score}"),),
    says=Message(id=N_("The drug abuse screening score is raised.")),
    because=Message(id=N_("Misuse is more likely.")),
    judge=judge,
)
