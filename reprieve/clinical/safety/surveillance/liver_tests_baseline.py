"""Liver tests from before the series are missing."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "liver_baseline_done",
        N_("Are ALT, AST, ALP, GGT and bilirubin known from before the series?"),
    ),
    steps=BEFORE,
    says=N_("Liver tests from before the series are missing."),
    because=N_("Harm by repeated doses is seen only against a baseline."),
)
