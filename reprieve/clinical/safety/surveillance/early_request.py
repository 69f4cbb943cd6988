"""Craving, or repeated early requests."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "craving_or_early_request",
        N_("Is there craving, or were infusions asked for early again and again?"),
    ),
    steps=BEFORE,
    says=N_("Craving, or repeated early requests."),
    because=N_("It may be the beginning of dependence."),
)
