"""Patients for each infusion nurse."""

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import START, Answer, Case, Rule
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find more patients for a nurse than the programme allows."""
    return case.above("patients_per_nurse", "at_most")


RULE = Rule(
    steps=START,
    facts=(
        count(
            "patients_per_nurse",
            N_("How many infusing or recovering patients has each nurse, this one included?"),
            low=1,
            high=50,
        ),
    ),
    says=Message(id=N_("There are too many patients for each nurse.")),
    because=Message(id=N_("Somebody must be free to see and to act.")),
    judge=judge,
)
