"""Emergency equipment is not ready."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "emergency_equipment_ready",
        N_(
            "Are oxygen, suction, airway equipment, emergency drugs and a defibrillator "
            "checked and at hand?"
        ),
    ),
    steps=START,
    says=N_("Emergency equipment is not ready."),
    because=N_("Minutes count when breathing or the heart fails."),
)
