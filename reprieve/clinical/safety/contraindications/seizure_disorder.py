"""Seizure disorder."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "seizure_disorder",
        N_("Does the patient have seizures?"),
    ),
    steps=EVALUATION,
    says=N_("Seizure disorder."),
    because=N_("Ketamine may change the seizure threshold."),
)
