"""The patient is pregnant."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "pregnant",
        N_("Is the patient pregnant?"),
    ),
    steps=BEFORE,
    says=N_("The patient is pregnant."),
    because=N_(
        "Pregnancy is a relative contraindication; harm to the unborn child is not excluded."
    ),
)
