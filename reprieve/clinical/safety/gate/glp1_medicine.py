"""A GLP-1 medicine is taken."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "glp1_medicine",
        N_("Does the patient take a GLP-1 medicine (such as semaglutide)?"),
    ),
    steps=BEFORE,
    says=N_("A GLP-1 medicine is taken."),
    because=N_("The stomach empties slowly, so that fasting may not have emptied it."),
)
