"""The discharge is not signed."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import DISCHARGE, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "discharge_signed",
        N_("Does a physician or nurse sign the discharge?"),
    ),
    steps=DISCHARGE,
    says=N_("The discharge is not signed."),
    because=N_("Somebody must stand for the decision."),
)
