"""The mood scales of this series are missing."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "mood_scales_current",
        N_("Were PHQ-9 and C-SSRS answered for this series?"),
    ),
    steps=BEFORE,
    says=N_("The mood scales of this series are missing."),
    because=N_("A fall of mood is missed unless it is asked for."),
)
