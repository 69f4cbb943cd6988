"""Veins that are hard to reach, or a line of another kind."""

from reprieve.clinical.facts import choice
from reprieve.clinical.safety.rule import EVALUATION, Answer, Case, Rule
from reprieve.knowledge import N_, Message

IV_ACCESS = choice(
    "iv_access",
    N_("How easily is a vein reached?"),
    options=("easy", "difficult", "port or central line"),
)


def judge(case: Case) -> Answer:
    """This function will find any way into a vein that needs preparing for."""
    access = case.fact(IV_ACCESS.name)
    return None if access is None else bool(access != "easy")


RULE = Rule(
    steps=EVALUATION,
    facts=(IV_ACCESS,),
    says=Message(id=N_("A vein is hard to reach, or a port is used.")),
    because=Message(
        id=N_("Plan the time, the help and the kind of line before the first infusion.")
    ),
    judge=judge,
)
