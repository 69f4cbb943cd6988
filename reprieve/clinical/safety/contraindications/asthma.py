"""Asthma: one drug kept at hand against high pressure is not given."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag("asthma", N_("Does the patient have asthma?")),
    steps=BEFORE,
    says=N_("Asthma: labetalol could not be given."),
    because=N_("A beta-blocker may close the airways. Another drug against high pressure is due."),
)
