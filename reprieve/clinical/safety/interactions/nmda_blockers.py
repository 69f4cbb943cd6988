"""Other medicines that block the receptor which ketamine blocks."""

from reprieve.clinical.safety.medicines import rule_of_class
from reprieve.clinical.safety.rule import BEFORE
from reprieve.knowledge import N_

RULE = rule_of_class(
    steps=BEFORE,
    says=N_("Takes a second NMDA blocker ({medicines}): watch dissociation and sedation."),
    because=N_("Both block the same receptor: their effects on the mind add up."),
)
