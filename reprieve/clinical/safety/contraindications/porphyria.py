"""Porphyria."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "porphyria",
        N_("Does the patient have porphyria?"),
    ),
    steps=EVALUATION,
    says=N_("Porphyria."),
    because=N_("Ketamine may bring on an attack."),
)
