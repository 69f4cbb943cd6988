"""A past bleeding inside the brain."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "intracerebral_haemorrhage_history",
        N_("Has there ever been a bleeding inside the brain?"),
    ),
    steps=BEFORE,
    says=N_("A past bleeding inside the brain."),
    because=N_("A rise of blood pressure may make it bleed again."),
)
