"""Oxygen saturation before the start: a range that asks for a second look."""

from reprieve.clinical.safety.rule import START, Answer, Case, Rule, either
from reprieve.clinical.safety.shared import BASELINE_SPO2, REMEASURED, SPO2, needs_repeat
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a saturation below the limit or below a documented baseline."""
    return needs_repeat(case, either((case.below("spo2_percent", "below_percent"), _fell(case))))


def _fell(case: Case) -> bool | None:
    """Compare with the usual saturation; where none is documented there is nothing to compare."""
    now = case.fact("spo2_percent")
    usual = case.optional("baseline_spo2_percent")
    if usual is None:
        return False
    return None if now is None else bool(now < usual)


RULE = Rule(
    steps=START,
    facts=(SPO2, BASELINE_SPO2, REMEASURED),
    says=Message(
        id=N_(
            "Oxygen saturation is below the limit for a start or below this patient's usual one. "
            "Measure again twice, some minutes apart; then the physician decides with a reason."
        )
    ),
    because=Message(id=N_("Sedation leaves less reserve.")),
    judge=judge,
)
