"""Medicines changed since the last visit."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "medicines_changed",
        N_("Did any medicine change since the last visit?"),
    ),
    steps=START,
    says=N_("Medicines changed since the last visit."),
    because=N_("A new medicine may interact; look at the list again."),
)
