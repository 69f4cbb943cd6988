"""The patient spoke of suicide."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import DISCHARGE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "suicidal_statement",
        N_("Did the patient speak of suicide today?"),
    ),
    steps=DISCHARGE,
    says=N_("The patient spoke of suicide."),
    because=N_("A clinician must see the patient before anybody leaves."),
)
