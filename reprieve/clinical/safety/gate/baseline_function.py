"""How the patient gets about, moves and knows the day before the drug: recovery is judged by it."""

from reprieve.clinical.safety.rule import START, Answer, Case, Rule, either
from reprieve.clinical.safety.shared import (
    BASELINE_LIMBS,
    BASELINE_MOBILITY,
    BASELINE_ORIENTATION,
)
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a usual function that is not full, and ask where none is recorded."""
    mobility = case.fact("baseline_mobility")
    needs_help = None if mobility is None else mobility != "walks alone"
    return either((
        needs_help,
        case.below("baseline_limbs_n", "limbs_n"),
        case.below("baseline_orientation_score", "score"),
    ))  # fmt: skip


RULE = Rule(
    steps=START,
    facts=(BASELINE_MOBILITY, BASELINE_LIMBS, BASELINE_ORIENTATION),
    says=Message(
        id=N_(
            "The patient does not usually walk alone, move every limb, or know name, place, date "
            "and situation."
        )
    ),
    because=Message(id=N_("Afterwards recovery is judged against this.")),
    judge=judge,
)
