"""Refractory hypertension."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "hypertension_refractory",
        N_("Does blood pressure stay high on three or more medicines?"),
    ),
    steps=EVALUATION,
    says=N_("Refractory hypertension."),
    because=N_("Ketamine raises blood pressure further."),
)
