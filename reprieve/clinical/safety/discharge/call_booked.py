"""The call after 24 hours is not booked."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import DISCHARGE, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "call_24h_booked",
        N_("Is the call after 24 hours booked (falls, mood, vivid dreams)?"),
    ),
    steps=DISCHARGE,
    says=N_("The call after 24 hours is not booked."),
    because=N_("Falls, low mood and vivid dreams come later."),
)
