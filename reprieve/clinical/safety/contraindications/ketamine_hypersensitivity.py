"""Hypersensitivity to ketamine."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "ketamine_allergy",
        N_("Is there an allergy or hypersensitivity to ketamine or esketamine?"),
    ),
    steps=BEFORE,
    says=N_("Hypersensitivity to ketamine."),
    because=N_("Another dose may cause a severe allergic reaction."),
)
