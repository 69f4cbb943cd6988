"""Glucose of a patient with diabetes who has fasted."""

from reprieve.clinical.facts import flag, number
from reprieve.clinical.safety.rule import START, Answer, Case, Rule, either
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a glucose outside its range; only diabetes asks for one."""
    diabetic = case.fact("diabetes")
    if not diabetic:
        return None if diabetic is None else False
    low = case.below("glucose_mg_per_dl", "below_mg_per_dl")
    return either((low, case.above("glucose_mg_per_dl", "above_mg_per_dl")))


RULE = Rule(
    steps=START,
    facts=(
        flag("diabetes", N_("Does the patient have diabetes?")),
        number(
            "glucose_mg_per_dl",
            N_("Glucose today, if the patient has diabetes?"),
            unit="mg/dL",
            low=10,
            high=1500,
        ),
    ),
    says=Message(id=N_("Glucose is outside the range for a start.")),
    because=Message(
        id=N_("Fasting with diabetes medicines can lower glucose unseen under sedation.")
    ),
    judge=judge,
)
