"""Personality disorder."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "personality_disorder",
        N_("Has a personality disorder been diagnosed?"),
    ),
    steps=EVALUATION,
    says=N_("Personality disorder."),
    because=N_("Distress under dissociation may be harder to hold."),
)
