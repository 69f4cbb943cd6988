"""Raised intracranial pressure."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "intracranial_pressure_raised",
        N_("Is the pressure in the skull raised, or could it be?"),
    ),
    steps=BEFORE,
    says=N_("Raised intracranial pressure."),
    because=N_("Ketamine may raise it further: avoid, or a lower dose with great caution."),
)
