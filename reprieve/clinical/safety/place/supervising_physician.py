"""The supervising physician is not available."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "supervising_physician_available",
        N_("Is the supervising physician available at once?"),
    ),
    steps=START,
    says=N_("The supervising physician is not available."),
    because=N_("Doses change and harms are treated on a physician's word."),
)
