"""Memory has become worse."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "memory_complaint",
        N_("Does the patient or the family notice worse memory?"),
    ),
    steps=BEFORE,
    says=N_("Memory has become worse."),
    because=N_("Frequent ketamine may harm memory."),
)
