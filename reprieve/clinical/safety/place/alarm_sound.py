"""The alarm sound of this program was not heard."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "alarm_sound_heard",
        N_("Was the test sound of this program heard at the chair?"),
    ),
    steps=START,
    says=N_("The alarm sound of this program was not heard."),
    because=N_("An alarm that nobody hears is no alarm."),
)
