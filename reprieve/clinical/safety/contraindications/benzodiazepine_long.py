"""A benzodiazepine taken for long: its antidote is not given."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, found_when
from reprieve.knowledge import N_

RULE = found_when(
    flag(
        "benzodiazepine_chronic",
        N_("Does the patient take a benzodiazepine on most days, for weeks or longer?"),
    ),
    steps=BEFORE,
    says=N_("A benzodiazepine taken for long: flumazenil could not be given."),
    because=N_("Its antidote may bring on seizures. Deep sedation then takes longer to pass."),
)
