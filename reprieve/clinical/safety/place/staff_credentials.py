"""A credential of the acting staff is missing or expired."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "staff_credentials_valid",
        N_(
            "Are licence, life support, sedation and ketamine training of the acting staff current?"
        ),
    ),
    steps=START,
    says=N_("A credential of the acting staff is missing or expired."),
    because=N_("Only trained people give and watch ketamine."),
)
