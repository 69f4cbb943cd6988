"""Identity is not confirmed by two identifiers."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "identity_confirmed",
        N_("Did the patient confirm two identifiers (such as name and date of birth)?"),
    ),
    steps=START,
    says=N_("Identity is not confirmed by two identifiers."),
    because=N_("The right drug in the wrong patient cannot be taken back."),
)
