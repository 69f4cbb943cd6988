"""Nobody trained in advanced life support is present."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "acls_person_present",
        N_(
            "Is a person with a current advanced life support certificate in the room or next"
            " to it?"
        ),
    ),
    steps=START,
    says=N_("Nobody trained in advanced life support is present."),
    because=N_("Minutes count when breathing or the heart fails."),
)
