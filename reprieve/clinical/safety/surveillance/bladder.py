"""Symptoms of the bladder: urine test first; stop ketamine if they persist."""

from reprieve.clinical.facts import choice
from reprieve.clinical.safety.rule import BEFORE, Case, Rule
from reprieve.clinical.safety.shared import BLADDER_SYMPTOMS
from reprieve.knowledge import N_, Message


def judge(case: Case) -> bool | None:
    """This function will find symptoms of the bladder, and ask for the urine test."""
    symptoms: bool | None = case.fact("bladder_symptoms")
    if symptoms and case.optional("urinalysis") in {None, "not done"}:
        case.want("urinalysis")
    return symptoms


RULE = Rule(
    steps=BEFORE,
    facts=(
        BLADDER_SYMPTOMS,
        choice(
            "urinalysis",
            N_("What did the urine test show, if there are symptoms of the bladder?"),
            options=("not done", "normal", "infection", "blood or another finding"),
        ),
    ),
    says=Message(
        id=N_("Symptoms of the bladder: urine test first; stop ketamine if they persist.")
    ),
    because=Message(id=N_("Repeated ketamine can harm the bladder for good.")),
    judge=judge,
)
