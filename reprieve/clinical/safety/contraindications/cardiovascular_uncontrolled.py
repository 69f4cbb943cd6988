"""Poorly controlled cardiovascular disease."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "cardiovascular_disease_poorly_controlled",
        N_("Is a disease of the heart or the vessels poorly controlled?"),
    ),
    steps=BEFORE,
    says=N_("Poorly controlled cardiovascular disease."),
    because=N_("Ketamine raises blood pressure, heart rate and the oxygen need of the heart."),
)
