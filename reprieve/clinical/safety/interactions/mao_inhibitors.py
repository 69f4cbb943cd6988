"""Monoamine oxidase inhibitors."""

from reprieve.clinical.safety.medicines import rule_of_class
from reprieve.clinical.safety.rule import BEFORE
from reprieve.knowledge import N_

RULE = rule_of_class(
    steps=BEFORE,
    says=N_("Takes a monoamine oxidase inhibitor ({medicines}): watch blood pressure."),
    because=N_("Together they can raise blood pressure strongly."),
)
