"""The physician has not written when to take usual medicines again."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import DISCHARGE, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "medicine_advice_written",
        N_("Did the physician write when to take the usual opioid and sedative medicines again?"),
    ),
    steps=DISCHARGE,
    says=N_("The physician has not written when to take usual medicines again."),
    because=N_('A general "none" would bring chronic users into withdrawal.'),
)
