"""Heart rate before the start: a range that asks for a second look."""

from reprieve.clinical.safety.rule import START, Answer, Case, Rule, either
from reprieve.clinical.safety.shared import HEART_RATE, REMEASURED, needs_repeat
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a reading outside the range in which a start needs no question."""
    beyond = either(
        (
            case.above("heart_rate_per_min", "above_per_min"),
            case.below("heart_rate_per_min", "below_per_min"),
        )
    )
    return needs_repeat(case, beyond)


RULE = Rule(
    steps=START,
    facts=(HEART_RATE, REMEASURED),
    says=Message(
        id=N_(
            "Heart rate is outside the range for a start. Measure again twice, some minutes "
            "apart; then the physician decides with a reason."
        )
    ),
    because=Message(id=N_("Ketamine raises heart rate; a slow one may hide a block.")),
    judge=judge,
)
