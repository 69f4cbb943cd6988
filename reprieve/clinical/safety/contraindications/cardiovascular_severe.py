"""Severe cardiovascular disease."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "cardiovascular_disease_severe",
        N_("Is there a severe disease of the heart or the vessels, even if controlled?"),
    ),
    steps=EVALUATION,
    says=N_("Severe cardiovascular disease."),
    because=N_("Ketamine raises blood pressure, heart rate and the oxygen need of the heart."),
)
