"""Oriented in all four qualities, or as documented before."""

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import DISCHARGE, Answer, Case, Rule
from reprieve.clinical.safety.shared import BASELINE_ORIENTATION
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find orientation below full and below its documented baseline."""
    low = case.below("orientation_score", "score")
    usual = case.optional("baseline_orientation_score")
    if not low or usual is None:
        return low
    return bool(case.fact("orientation_score") < usual)


RULE = Rule(
    steps=DISCHARGE,
    facts=(
        count(
            "orientation_score",
            N_("Orientation now (name, place, date, situation)?"),
            high=4,
            unit="{score}",
        ),
        BASELINE_ORIENTATION,
    ),
    says=Message(id=N_("The patient is not fully oriented.")),
    because=Message(id=N_("Ketamine still acts.")),
    judge=judge,
)
