"""The follow-up visit is not booked."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import DISCHARGE, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "follow_up_booked",
        N_("Is the follow-up visit booked?"),
    ),
    steps=DISCHARGE,
    says=N_("The follow-up visit is not booked."),
    because=N_("Without it nobody knows whether treatment helped."),
)
