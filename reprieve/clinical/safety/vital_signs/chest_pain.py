"""Chest pain today."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "chest_pain",
        N_("Does the patient have chest pain today?"),
    ),
    steps=START,
    says=N_("Chest pain today."),
    because=N_("Its cause must be found before the heart is loaded further."),
)
