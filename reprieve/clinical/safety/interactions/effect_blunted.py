"""Medicines that may blunt the effect."""

from reprieve.clinical.safety.medicines import rule_of_class
from reprieve.clinical.safety.rule import BEFORE
from reprieve.knowledge import N_

RULE = rule_of_class(
    steps=BEFORE,
    says=N_("Takes {medicines}, which may blunt the effect of ketamine."),
    because=N_("Less relief was seen with lamotrigine or a benzodiazepine taken for long."),
)
