"""The patient is breast-feeding."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import EVALUATION, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "breastfeeding",
        N_("Is the patient breast-feeding?"),
    ),
    steps=EVALUATION,
    says=N_("The patient is breast-feeding."),
    because=N_("Ketamine passes into milk."),
)
