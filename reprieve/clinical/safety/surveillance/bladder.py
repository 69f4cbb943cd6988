"""Symptoms of the bladder: urine test first; stop ketamine if they persist."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "bladder_symptoms",
        N_(
            "Is there frequent, urgent or painful passing of urine, blood in it, or pain "
            "above the pubic bone?"
        ),
    ),
    steps=BEFORE,
    says=N_("Symptoms of the bladder: urine test first; stop ketamine if they persist."),
    because=N_("Repeated ketamine can harm the bladder for good."),
)
