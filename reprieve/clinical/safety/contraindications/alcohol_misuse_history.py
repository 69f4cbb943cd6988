"""Alcohol misuse."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "alcohol_misuse_history",
        N_("Has there been misuse of alcohol, now or in the past?"),
    ),
    steps=EVALUATION,
    says=N_("Alcohol misuse."),
    because=N_("The risks of misuse, sedation and liver harm are higher."),
)
