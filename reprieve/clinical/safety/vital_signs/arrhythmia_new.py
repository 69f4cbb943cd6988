"""A new disturbance of the heart rhythm."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "new_arrhythmia",
        N_("Is there a new disturbance of the heart rhythm?"),
    ),
    steps=START,
    says=N_("A new disturbance of the heart rhythm."),
    because=N_("A running infusion would be stopped for it."),
)
