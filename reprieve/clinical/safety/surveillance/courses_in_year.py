"""Treatment courses within a year, with the milligrams beside them: a review, never a block."""

from reprieve.clinical.facts import count, number
from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a number of courses at which a physician reviews the plan."""
    case.optional("ketamine_mg_last_365_d")
    return case.reaches("courses_last_365_d", "courses_n")


RULE = Rule(
    steps=BEFORE,
    facts=(
        count(
            "courses_last_365_d",
            N_("How many treatment courses in 365 days (a run of consecutive days is one)?"),
            high=366,
        ),
        number(
            "ketamine_mg_last_365_d",
            N_("How many milligrams of ketamine in 365 days?"),
            unit="mg",
            low=0,
            high=1_000_000,
        ),
    ),
    says=Message(id=N_("Many courses within a year: a physician reviews the plan.")),
    because=Message(id=N_("The risks to liver, bladder and of dependence add up.")),
    judge=judge,
)
