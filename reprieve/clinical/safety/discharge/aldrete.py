"""Recovery by the modified Aldrete score, or at the documented baseline."""

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import DISCHARGE, Answer, Case, Rule, negate
from reprieve.clinical.safety.shared import AT_BASELINE_FUNCTION
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a low score of a patient who is not at the usual function."""
    low = case.below("aldrete_score", "score")
    if not low:
        return low
    return negate(case.fact("function_at_baseline"))


RULE = Rule(
    steps=DISCHARGE,
    facts=(
        count("aldrete_score", N_("modified Aldrete score now?"), high=10, unit="{score}"),
        AT_BASELINE_FUNCTION,
    ),
    says=Message(id=N_("The modified Aldrete score is too low.")),
    because=Message(id=N_("Recovery is not complete.")),
    judge=judge,
)
