"""Written instructions were not given."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import DISCHARGE, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "written_instructions_given",
        N_("Were written instructions given (driving, alcohol, cannabis, whom to call)?"),
    ),
    steps=DISCHARGE,
    says=N_("Written instructions were not given."),
    because=N_("What is only said is forgotten after ketamine."),
)
