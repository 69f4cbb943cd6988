"""Recovery by the modified Aldrete score, or at the function recorded before the start."""

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import DISCHARGE, Answer, Case, Rule
from reprieve.clinical.safety.shared import (
    AT_BASELINE_FUNCTION,
    BASELINE_LIMBS,
    low_beyond_usual,
)
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a low score that the usual movement of limbs does not explain."""
    return low_beyond_usual(
        case, total="aldrete_score", item="aldrete_activity_score", usual=_activity
    )


def _activity(case: Case) -> int | None:
    """The item counts a point for two limbs; an odd limb counts for none."""
    limbs = case.fact("baseline_limbs_n")
    return None if limbs is None else int(limbs // case.limit("limbs_a_point"))


RULE = Rule(
    steps=DISCHARGE,
    facts=(
        count("aldrete_score", N_("modified Aldrete score now?"), high=10, unit="{score}"),
        count(
            "aldrete_activity_score",
            N_("Activity (limbs moved) in the modified Aldrete score now?"),
            high=2,
            unit="{score}",
        ),
        AT_BASELINE_FUNCTION,
        BASELINE_LIMBS,
    ),
    says=Message(id=N_("The modified Aldrete score is too low.")),
    because=Message(id=N_("Recovery is not complete.")),
    judge=judge,
)
