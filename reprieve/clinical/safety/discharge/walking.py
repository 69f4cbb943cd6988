"""The patient does not walk as before."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import DISCHARGE, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "walks_as_before",
        N_("Does the patient walk (or move) as before, with the usual aid?"),
    ),
    steps=DISCHARGE,
    says=N_("The patient does not walk as before."),
    because=N_("A fall on the way home is the harm seen most."),
)
