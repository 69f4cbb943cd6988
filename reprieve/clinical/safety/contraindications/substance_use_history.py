"""Drug misuse in the past."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "substance_use_history",
        N_("Has there been misuse of a drug in the past?"),
    ),
    steps=EVALUATION,
    says=N_("Drug misuse in the past."),
    because=N_("The risk of misuse is higher; agree on precautions before a series."),
)
