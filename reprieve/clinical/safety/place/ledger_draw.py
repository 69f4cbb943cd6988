"""The drug in the bag is not in the controlled-drug ledger."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "bag_drawn_from_ledger",
        N_("Was the drug of this bag drawn from vials of the ledger, as much as the recipe asks?"),
    ),
    steps=START,
    says=N_("The drug of this bag was not drawn from the ledger, or not as the recipe asks."),
    because=N_("What is not written when it is drawn cannot be accounted for afterwards."),
)
