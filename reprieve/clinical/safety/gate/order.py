"""There is no valid signed order."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "order_signed",
        N_("Is there a signed session order that is valid now?"),
    ),
    steps=START,
    says=N_("There is no valid signed order."),
    because=N_("No drug is given without an order."),
)
