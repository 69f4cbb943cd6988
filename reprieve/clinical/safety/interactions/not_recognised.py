"""A medicine that is in no list here: its interactions were not checked."""

from reprieve.clinical.safety.medicines import unchecked
from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.clinical.safety.shared import CHECKED_BY_HAND, MEDICINES
from reprieve.knowledge import N_, Message

FOUND = N_("Not in any list: {medicines}. Check interactions by hand.")


def judge(case: Case) -> Answer:
    """This function will find medicines that no list knows and nobody has looked up by hand."""
    taken = case.fact(MEDICINES.name)
    if taken is None:
        return None
    left = unchecked(case, taken)
    return Message(id=FOUND, params={"medicines": ", ".join(left)}) if left else False


RULE = Rule(
    steps=BEFORE,
    facts=(MEDICINES, CHECKED_BY_HAND),
    says=Message(id=N_("A medicine is in no list.")),
    because=Message(id=N_("A medicine that is not known here cannot be called safe.")),
    judge=judge,
)
