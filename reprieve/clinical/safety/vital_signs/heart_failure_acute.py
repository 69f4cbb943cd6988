"""Acute heart failure."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "acute_heart_failure",
        N_("Are there signs of acute heart failure today?"),
    ),
    steps=START,
    says=N_("Acute heart failure."),
    because=N_("Ketamine raises the oxygen need of the heart."),
)
