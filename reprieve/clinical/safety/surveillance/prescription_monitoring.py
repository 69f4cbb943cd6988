"""The prescription-monitoring programme was not checked."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "pdmp_checked",
        N_(
            "Was the prescription-monitoring programme checked for this series, and the check"
            " logged?"
        ),
    ),
    steps=BEFORE,
    says=N_("The prescription-monitoring programme was not checked."),
    because=N_("It shows other controlled drugs and other prescribers."),
)
