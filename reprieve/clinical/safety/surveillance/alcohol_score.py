"""The score of the alcohol questions."""

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a value at or beyond its limit."""
    return case.reaches("audit_c_score", "score")


RULE = Rule(
    steps=BEFORE,
    facts=(count("audit_c_score", N_("AUDIT-C score?"), high=12, unit="{score}"),),
    says=Message(id=N_("The alcohol score is raised.")),
    because=Message(id=N_("Alcohol adds to sedation and to liver harm.")),
    judge=judge,
)
