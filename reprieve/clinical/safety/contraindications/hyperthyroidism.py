"""Hyperthyroidism."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "hyperthyroidism",
        N_("Is the thyroid overactive and not controlled?"),
    ),
    steps=EVALUATION,
    says=N_("Hyperthyroidism."),
    because=N_("Blood pressure and heart rate may rise strongly."),
)
