"""Heart rate before the start: nobody is started in this zone."""

from reprieve.clinical.safety.rule import START, Answer, Case, Rule, either
from reprieve.clinical.safety.shared import HEART_RATE
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a reading inside the zone in which nobody is started."""
    return either(
        (
            case.above("heart_rate_per_min", "above_per_min"),
            case.below("heart_rate_per_min", "below_per_min"),
        )
    )


RULE = Rule(
    steps=START,
    facts=(HEART_RATE,),
    says=Message(id=N_("Heart rate is inside the zone in which nobody is started.")),
    because=Message(id=N_("Ketamine raises heart rate; a slow one may hide a block.")),
    judge=judge,
)
