"""Nausea or vomiting is not under control."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import DISCHARGE, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "nausea_controlled",
        N_("Are nausea and vomiting under control?"),
    ),
    steps=DISCHARGE,
    says=N_("Nausea or vomiting is not under control."),
    because=N_("The patient could not keep medicines or fluid."),
)
