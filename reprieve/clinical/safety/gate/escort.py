"""An adult who takes the patient home is named before the start."""

from reprieve.clinical.safety.rule import START, found_unless
from reprieve.clinical.safety.shared import ESCORT_NAME_KNOWN
from reprieve.knowledge import N_

RULE = found_unless(
    ESCORT_NAME_KNOWN,
    steps=START,
    says=N_("No adult escort is named."),
    because=N_("Nobody goes home alone after ketamine, and nobody may drive."),
)
