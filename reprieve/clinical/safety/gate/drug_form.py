"""The form of the drug in the vial equals the ordered one: never overridden."""

from reprieve.clinical.safety.rule import START, Answer, Case, Rule
from reprieve.clinical.safety.shared import ORDER_FORM, VIAL_FORM
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a vial of another form than ordered."""
    ordered, vial = case.fact("order_form"), case.fact("vial_form")
    return None if ordered is None or vial is None else bool(ordered != vial)


RULE = Rule(
    steps=START,
    facts=(ORDER_FORM, VIAL_FORM),
    says=Message(id=N_("The vial holds another form of the drug than ordered.")),
    because=Message(id=N_("Esketamine is about twice as strong as the racemic drug.")),
    judge=judge,
)
