"""The named adult escort is here, and recorded."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import DISCHARGE, Answer, Case, Rule, either, negate
from reprieve.clinical.safety.shared import ESCORT_NAME_KNOWN
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find an escort who is not here or whose name is not recorded."""
    names = ("escort_present", "escort_named")
    return either([negate(case.fact(name)) for name in names])


RULE = Rule(
    steps=DISCHARGE,
    facts=(flag("escort_present", N_("Is the adult escort here?")), ESCORT_NAME_KNOWN),
    says=Message(id=N_("No named adult escort is here.")),
    because=Message(id=N_("Nobody goes home alone after ketamine, and nobody may drive.")),
    judge=judge,
)
