"""Active substance use: no series of infusions."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "substance_use_active",
        N_("Is there active misuse of a substance now?"),
    ),
    steps=BEFORE,
    says=N_("Active substance use: no series of infusions."),
    because=N_("Ketamine can be misused; universal precautions apply to everybody else."),
)
