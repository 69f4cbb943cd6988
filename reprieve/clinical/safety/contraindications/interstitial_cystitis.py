"""Cystitis of the interstitial kind."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "interstitial_cystitis",
        N_("Does the patient have interstitial cystitis or ketamine cystitis?"),
    ),
    steps=EVALUATION,
    says=N_("Cystitis of the interstitial kind."),
    because=N_("Repeated ketamine harms the bladder."),
)
