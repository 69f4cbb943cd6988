"""A child or an adolescent."""

from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.clinical.safety.shared import AGE
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find an age below the programme's own limit."""
    return case.below("age_years", "adult_from_years")


RULE = Rule(
    steps=BEFORE,
    facts=(AGE,),
    says=Message(id=N_("The patient is a minor.")),
    because=Message(id=N_("The programme, its doses and its evidence are for adults.")),
    judge=judge,
)
