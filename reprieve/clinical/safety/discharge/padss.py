"""Fitness to go home by the PADSS score, or at the function recorded before the start."""

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import DISCHARGE, Answer, Case, Rule
from reprieve.clinical.safety.shared import (
    AT_BASELINE_FUNCTION,
    BASELINE_MOBILITY,
    low_beyond_usual,
)
from reprieve.knowledge import N_, Message

USUAL = {
    "walks alone": "usual_alone",
    "walks with an aid": "usual_with_aid",
    "wheelchair": "usual_in_wheelchair",
}


def judge(case: Case) -> Answer:
    """This function will find a low score that the usual way of walking does not explain."""
    return low_beyond_usual(
        case, total="padss_score", item="padss_walking_score", usual=_walking
    )


def _walking(case: Case) -> int | None:
    """What the item gives to somebody who gets about like this every day."""
    mobility = case.fact("baseline_mobility")
    return None if mobility is None else int(case.limit(USUAL[mobility]))


RULE = Rule(
    steps=DISCHARGE,
    facts=(
        count("padss_score", N_("PADSS score now?"), high=10, unit="{score}"),
        count(
            "padss_walking_score", N_("Walking in the PADSS score now?"), high=2, unit="{score}"
        ),
        AT_BASELINE_FUNCTION,
        BASELINE_MOBILITY,
    ),
    says=Message(id=N_("The PADSS score is too low.")),
    because=Message(id=N_("Recovery is not complete.")),
    judge=judge,
)
