"""Inhibitors of the enzymes that clear ketamine."""

from reprieve.clinical.safety.medicines import rule_of_class
from reprieve.clinical.safety.rule import BEFORE
from reprieve.knowledge import N_

RULE = rule_of_class(
    steps=BEFORE,
    says=N_("Takes {medicines}, which slows the clearing of ketamine."),
    because=N_("The level of ketamine may be higher and last longer."),
)
