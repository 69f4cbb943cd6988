"""Delirium or dementia."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "delirium_or_dementia",
        N_("Does the patient have delirium or dementia?"),
    ),
    steps=EVALUATION,
    says=N_("Delirium or dementia."),
    because=N_("Confusion is more likely, and consent and scores need care."),
)
