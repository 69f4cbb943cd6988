"""Narrow-angle glaucoma."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "narrow_angle_glaucoma",
        N_("Does the patient have narrow-angle glaucoma?"),
    ),
    steps=EVALUATION,
    says=N_("Narrow-angle glaucoma."),
    because=N_("Ketamine may raise the pressure in the eye."),
)
