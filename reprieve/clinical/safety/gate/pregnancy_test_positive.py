"""A positive pregnancy test: never overridden."""

from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.clinical.safety.shared import COULD_BECOME_PREGNANT, PREGNANCY_TEST
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a positive test; who cannot become pregnant needs none."""
    test = case.optional("pregnancy_test")
    if test is not None:
        return bool(test == "positive")
    possible = case.fact("could_become_pregnant")
    if possible is False:
        return False
    case.want("pregnancy_test")
    return None


RULE = Rule(
    steps=BEFORE,
    facts=(COULD_BECOME_PREGNANT, PREGNANCY_TEST),
    says=Message(id=N_("The pregnancy test is positive.")),
    because=Message(id=N_("Harm to the unborn child is not excluded.")),
    judge=judge,
)
