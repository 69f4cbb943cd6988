"""Bipolar disorder."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "bipolar_disorder",
        N_("Does the patient have a bipolar disorder?"),
    ),
    steps=EVALUATION,
    says=N_("Bipolar disorder."),
    because=N_("Mania after ketamine has been seen; mood needs closer watch."),
)
