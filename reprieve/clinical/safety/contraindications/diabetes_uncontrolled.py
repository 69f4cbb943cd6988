"""Uncontrolled diabetes."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "diabetes_uncontrolled",
        N_("Is diabetes poorly controlled?"),
    ),
    steps=EVALUATION,
    says=N_("Uncontrolled diabetes."),
    because=N_("Fasting and stress make glucose unsteady."),
)
