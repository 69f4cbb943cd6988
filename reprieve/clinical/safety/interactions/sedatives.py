"""Other medicines that sedate."""

from reprieve.clinical.safety.medicines import rule_of_class
from reprieve.clinical.safety.rule import BEFORE
from reprieve.knowledge import N_

RULE = rule_of_class(
    steps=BEFORE,
    says=N_("Takes a sedating medicine ({medicines}): watch sedation closely."),
    because=N_("Together they deepen sedation."),
)
