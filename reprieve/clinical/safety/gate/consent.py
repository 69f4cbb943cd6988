"""There is no valid consent."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "consent_valid",
        N_("Is the current consent text signed and not expired?"),
    ),
    steps=START,
    says=N_("There is no valid consent."),
    because=N_("Nobody is treated without an agreement to this treatment."),
)
