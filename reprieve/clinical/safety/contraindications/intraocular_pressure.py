"""Raised intraocular pressure."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "intraocular_pressure_raised",
        N_(
            "Is the pressure in the eye raised, or has an eye been opened by injury or "
            "surgery lately?"
        ),
    ),
    steps=BEFORE,
    says=N_("Raised intraocular pressure."),
    because=N_("Ketamine may raise it further: avoid, or a lower dose with great caution."),
)
