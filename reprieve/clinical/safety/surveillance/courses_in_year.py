"""Treatment courses within a year, with the milligrams beside them: a review, never a block."""

from reprieve.clinical.facts import count, number
from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will add courses here and elsewhere; one side alone may be enough to find."""
    case.optional("ketamine_mg_last_365_d")
    case.optional("ketamine_mg_elsewhere_last_365_d")
    sides = [case.fact("courses_last_365_d"), case.fact("courses_elsewhere_last_365_d")]
    if sum(n for n in sides if n is not None) >= case.limit("courses_n"):
        return True
    return None if None in sides else False


RULE = Rule(
    steps=BEFORE,
    facts=(
        count(
            "courses_last_365_d",
            N_("How many treatment courses here in 365 days (a run of consecutive days is one)?"),
            high=366,
        ),
        count(
            "courses_elsewhere_last_365_d",
            N_("How many treatment courses elsewhere in the last 365 days?"),
            high=366,
        ),
        number(
            "ketamine_mg_last_365_d",
            N_("How many milligrams of ketamine here in 365 days?"),
            unit="mg",
            low=0,
            high=1_000_000,
        ),
        number(
            "ketamine_mg_elsewhere_last_365_d",
            N_("How many milligrams of ketamine elsewhere in the last 365 days?"),
            unit="mg",
            low=0,
            high=1_000_000,
        ),
    ),
    says=Message(id=N_("Many courses within a year: a physician reviews the plan.")),
    because=Message(id=N_("The risks to liver, bladder and of dependence add up.")),
    judge=judge,
)
