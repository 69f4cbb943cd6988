"""There is a new illness since the last visit."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "new_illness",
        N_("Is there a new illness, fever or injury since the last visit?"),
    ),
    steps=START,
    says=N_("There is a new illness since the last visit."),
    because=N_("It may be a reason to wait."),
)
