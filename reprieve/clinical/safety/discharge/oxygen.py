"""Oxygen saturation on room air."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import DISCHARGE, Answer, Case, Rule, either
from reprieve.clinical.safety.shared import BASELINE_SPO2, SPO2
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find oxygen still given, or a saturation under limit and usual value."""
    return either((case.fact("on_oxygen"), _low(case)))


def _low(case: Case) -> bool | None:
    low = case.below("spo2_percent", "below_percent")
    usual = case.optional("baseline_spo2_percent")
    if not low or usual is None:
        return low
    return bool(case.fact("spo2_percent") < usual)


RULE = Rule(
    steps=DISCHARGE,
    facts=(
        flag("on_oxygen", N_("Does the patient get oxygen now?")),
        SPO2,
        BASELINE_SPO2,
    ),
    says=Message(id=N_("Oxygen saturation on air is too low, or oxygen is still given.")),
    because=Message(id=N_("Nobody watches breathing at home.")),
    judge=judge,
)
