"""Active or poorly controlled psychosis."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "psychosis_active_or_poorly_controlled",
        N_("Is a psychosis active or poorly controlled?"),
    ),
    steps=BEFORE,
    says=N_("Active or poorly controlled psychosis."),
    because=N_("Ketamine can bring on or worsen psychotic symptoms."),
)
