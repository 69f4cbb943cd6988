"""A second course of several days soon after the first."""

from reprieve.clinical.facts import count, flag
from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find two courses of several days too close to each other."""
    planned = case.fact("multiday_course_planned")
    if not planned:
        return None if planned is None else False
    before = case.fact("multiday_course_before")
    if not before:
        return None if before is None else False
    return case.below("days_since_multiday_course", "at_least_days")


RULE = Rule(
    steps=BEFORE,
    facts=(
        flag(
            "multiday_course_planned",
            N_("Is a course of continuous or daily infusions planned or under way?"),
        ),
        flag(
            "multiday_course_before",
            N_("Was there an earlier course of continuous or daily infusions?"),
        ),
        count(
            "days_since_multiday_course",
            N_("How many days ago did the earlier course end?"),
            high=36500,
            unit="d",
        ),
    ),
    says=Message(id=N_("The last course of several days ended a short time ago.")),
    because=Message(id=N_("Liver harm was seen when a second course followed after 16 days.")),
    judge=judge,
)
