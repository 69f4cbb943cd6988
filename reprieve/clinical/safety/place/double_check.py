"""The independent double-check has not passed."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "double_check_passed",
        N_("Did a second person enter concentration, rate and volume blind, and did they agree?"),
    ),
    steps=START,
    says=N_("The independent double-check has not passed."),
    because=N_("One person alone overlooks a slip of ten times."),
)
