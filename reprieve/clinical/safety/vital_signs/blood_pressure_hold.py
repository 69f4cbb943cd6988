"""Blood pressure at evaluation and before the start: a range that asks for a second look."""

from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule, either
from reprieve.clinical.safety.shared import DBP, REMEASURED, SBP, needs_repeat
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a reading outside the range in which a start needs no question."""
    beyond = either(
        (
            case.reaches("sbp_mmhg", "sbp_from_mmhg"),
            case.reaches("dbp_mmhg", "dbp_from_mmhg"),
        )
    )
    return needs_repeat(case, beyond)


RULE = Rule(
    steps=BEFORE,
    facts=(DBP, SBP, REMEASURED),
    says=Message(
        id=N_(
            "Blood pressure is too high. Measure again twice, some minutes apart; then the "
            "physician decides with a reason."
        )
    ),
    because=Message(id=N_("Ketamine raises blood pressure.")),
    judge=judge,
)
