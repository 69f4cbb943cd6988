"""Theophylline and aminophylline."""

from reprieve.clinical.safety.medicines import rule_of_class
from reprieve.clinical.safety.rule import BEFORE
from reprieve.knowledge import N_

RULE = rule_of_class(
    steps=BEFORE,
    says=N_("Takes {medicines}: not to be given with ketamine."),
    because=N_("Together they lower the seizure threshold; the label says not to combine them."),
)
