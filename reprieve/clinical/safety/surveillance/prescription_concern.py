"""The prescription-monitoring check shows a concern."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "pdmp_concern",
        N_("Did the prescription-monitoring check show something of concern?"),
    ),
    steps=BEFORE,
    says=N_("The prescription-monitoring check shows a concern."),
    because=N_("Other controlled drugs raise the risks of misuse and sedation."),
)
