"""A pregnancy test is due on day 1, every few days of a series, and at each booster."""

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import START, Answer, Case, Rule
from reprieve.clinical.safety.shared import (
    COULD_BECOME_PREGNANT,
    PREGNANCY_TEST,
    SESSION_KIND,
    SESSION_NO,
)
from reprieve.knowledge import N_, Message

REFUSED = Message(id=N_("The pregnancy test was refused: the physician decides."))


def judge(case: Case) -> Answer:
    """This function will find a test that is missing, too old or refused."""
    possible = case.fact("could_become_pregnant")
    if not possible:
        return None if possible is None else False
    test = case.fact("pregnancy_test")
    if test is None or test == "not done":
        return None if test is None else True
    return REFUSED if test == "refused" else _too_old(case)


def _too_old(case: Case) -> bool | None:
    kind, age_d = case.fact("session_kind"), case.fact("pregnancy_test_age_days")
    if age_d is None:
        return None
    if age_d >= case.limit("every_days"):
        return True
    first = kind if kind != "series" else case.fact("session_no")
    if first is None:
        return None
    return bool(first in {"single", "booster", 1} and age_d > 0)


RULE = Rule(
    steps=START,
    facts=(
        COULD_BECOME_PREGNANT,
        PREGNANCY_TEST,
        count(
            "pregnancy_test_age_days",
            N_("How many days ago was the last pregnancy test (0 is today)?"),
            high=3650,
            unit="d",
        ),
        SESSION_KIND,
        SESSION_NO,
    ),
    says=Message(id=N_("A pregnancy test is due today.")),
    because=Message(id=N_("A pregnancy may have begun since the last test.")),
    judge=judge,
)
