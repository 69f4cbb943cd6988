"""A psychotic disorder in the past."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "psychotic_disorder_history",
        N_("Has the patient ever had a psychotic disorder, now controlled?"),
    ),
    steps=EVALUATION,
    says=N_("A psychotic disorder in the past."),
    because=N_("Ketamine can bring back psychotic symptoms."),
)
