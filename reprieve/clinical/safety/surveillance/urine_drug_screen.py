"""The urine drug screen shows something unexpected."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "urine_drug_screen_unexpected",
        N_("Did a urine drug screen show something unexpected?"),
    ),
    steps=BEFORE,
    says=N_("The urine drug screen shows something unexpected."),
    because=N_("It may mean misuse, or a medicine that nobody wrote down."),
)
