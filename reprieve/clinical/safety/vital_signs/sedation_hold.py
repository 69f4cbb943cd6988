"""Sedation or agitation before the start: a state that asks for a second look."""

from reprieve.clinical.safety.rule import START, Answer, Case, Rule, either
from reprieve.clinical.safety.shared import RASS, REMEASURED, needs_repeat
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a patient who is drowsy or agitated before any drug was given."""
    beyond = either((case.below("rass", "below"), case.above("rass", "above")))
    return needs_repeat(case, beyond)


RULE = Rule(
    steps=START,
    facts=(RASS, REMEASURED),
    says=Message(
        id=N_(
            "The patient is drowsy or agitated before the start. "
            "Measure again twice, some minutes apart; then the physician decides with a reason."
        )
    ),
    because=Message(id=N_("Ketamine adds to sedation and to agitation.")),
    judge=judge,
)
