"""Time since the last solid food."""

from reprieve.clinical.facts import number
from reprieve.clinical.safety.rule import START, Answer, Case, Rule
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a fast that is too short."""
    return case.below("solids_fasted_h", "at_least_h")


RULE = Rule(
    steps=START,
    facts=(
        number(
            "solids_fasted_h",
            N_("How many hours ago did the patient last eat?"),
            unit="h",
            low=0,
            high=240,
        ),
    ),
    says=Message(id=N_("The last meal was too short a time ago.")),
    because=Message(id=N_("A full stomach may come up under sedation.")),
    judge=judge,
)
