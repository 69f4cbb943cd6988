"""An alert about thoughts of death is still open."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "suicide_alert_open",
        N_("Is an alert about thoughts of death still without an answer from a clinician?"),
    ),
    steps=BEFORE,
    says=N_("An alert about thoughts of death is still open."),
    because=N_("A clinician must have spoken with the patient first."),
)
