"""A known arteriovenous malformation."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "arteriovenous_malformation",
        N_("Is an arteriovenous malformation known?"),
    ),
    steps=BEFORE,
    says=N_("A known arteriovenous malformation."),
    because=N_("A rise of blood pressure may make it bleed."),
)
