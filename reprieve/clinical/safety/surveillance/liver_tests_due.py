"""Liver tests are repeated after some infusions and monthly in maintenance."""

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import START, Answer, Case, Rule, either
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find liver tests that are due by infusions or by time."""
    by_sessions = case.reaches("sessions_since_liver_tests_n", "sessions_n")
    return either((by_sessions, case.reaches("liver_tests_age_days", "days")))


RULE = Rule(
    steps=START,
    facts=(
        count(
            "sessions_since_liver_tests_n",
            N_("How many infusions were given since the last liver tests?"),
            high=500,
        ),
        count(
            "liver_tests_age_days",
            N_("How many days ago were the last liver tests?"),
            high=36500,
            unit="d",
        ),
    ),
    says=Message(id=N_("Liver tests are due.")),
    because=Message(id=N_("Repeated doses can harm the liver, mostly without symptoms.")),
    judge=judge,
)
