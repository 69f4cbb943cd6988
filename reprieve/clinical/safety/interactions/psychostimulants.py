"""Psychostimulants."""

from reprieve.clinical.safety.medicines import rule_of_class
from reprieve.clinical.safety.rule import BEFORE
from reprieve.knowledge import N_

RULE = rule_of_class(
    steps=BEFORE,
    says=N_("Takes a psychostimulant ({medicines}): watch blood pressure."),
    because=N_("Both raise blood pressure and heart rate."),
)
