"""High age."""

from reprieve.clinical.safety.rule import EVALUATION, Answer, Case, Rule
from reprieve.clinical.safety.shared import AGE
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find an age from which doses deserve more care."""
    return case.reaches("age_years", "care_from_years")


RULE = Rule(
    steps=EVALUATION,
    facts=(AGE,),
    says=Message(id=N_("High age: lower doses and slower steps.")),
    because=Message(id=N_("Sedation, confusion and falls are more likely.")),
    judge=judge,
)
