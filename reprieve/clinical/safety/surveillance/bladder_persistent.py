"""Symptoms of the bladder that last: ketamine is stopped, and urology looks."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import BEFORE, Case, Rule
from reprieve.clinical.safety.shared import BLADDER_SYMPTOMS
from reprieve.knowledge import N_, Message


def judge(case: Case) -> bool | None:
    """This function will find symptoms that the urine test and its treatment did not end."""
    symptoms: bool | None = case.fact("bladder_symptoms")
    if not symptoms:
        return symptoms
    lasting: bool | None = case.fact("bladder_symptoms_persist")
    return lasting


RULE = Rule(
    steps=BEFORE,
    facts=(
        BLADDER_SYMPTOMS,
        flag(
            "bladder_symptoms_persist",
            N_(
                "Did the symptoms of the bladder last, after the urine test and the treatment of "
                "an infection?"
            ),
        ),
    ),
    says=Message(id=N_("Symptoms of the bladder last: stop ketamine and refer to urology.")),
    because=Message(id=N_("Repeated ketamine can harm the bladder for good.")),
    judge=judge,
)
