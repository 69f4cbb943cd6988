"""Mood is worse than at the last visit."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "mood_worse",
        N_("Is mood worse than at the last visit?"),
    ),
    steps=START,
    says=N_("Mood is worse than at the last visit."),
    because=N_("Ask for thoughts of death again before the start."),
)
