"""The intravenous line is still in."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import DISCHARGE, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "iv_removed",
        N_("Is the intravenous line out?"),
    ),
    steps=DISCHARGE,
    says=N_("The intravenous line is still in."),
    because=N_("It can bleed, be infected or be misused."),
)
