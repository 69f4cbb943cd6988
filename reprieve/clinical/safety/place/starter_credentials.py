"""A credential of the person who starts is missing or expired."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "starter_credentials_valid",
        N_(
            "Are licence, life support, sedation and ketamine training of the person who starts"
            " the infusion current?"
        ),
    ),
    steps=START,
    says=N_("A credential of the person who starts is missing or expired."),
    because=N_("Whoever starts the drug must be trained to give it and to watch it."),
)
