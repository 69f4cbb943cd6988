"""A medicine that is in no list here: its interactions were not checked."""

from reprieve.clinical.safety.medicines import unrecognised
from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.clinical.safety.shared import MEDICINES
from reprieve.knowledge import N_, Message

FOUND = N_("Not in any list: {medicines}. Check interactions by hand.")


def judge(case: Case) -> Answer:
    """This function will find medicines that no list of the clinic knows."""
    taken = case.fact("medicines")
    if taken is None:
        return None
    strange = unrecognised(taken)
    return Message(id=FOUND, params={"medicines": ", ".join(strange)}) if strange else False


RULE = Rule(
    steps=BEFORE,
    facts=(MEDICINES,),
    says=Message(id=N_("A medicine is in no list.")),
    because=Message(id=N_("A medicine that is not known here cannot be called safe.")),
    judge=judge,
)
