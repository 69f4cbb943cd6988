"""A known aneurysm."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "aneurysm",
        N_("Is an aneurysm known (aorta, brain or limb)?"),
    ),
    steps=BEFORE,
    says=N_("A known aneurysm."),
    because=N_("A rise of blood pressure may tear it."),
)
