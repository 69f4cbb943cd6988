"""A score of the bladder is asked for every three months of repeated infusions."""

from __future__ import annotations

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import START, Answer, Case, Rule
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a score that is due."""
    return case.reaches("days_without_bladder_score", "days")


RULE = Rule(
    steps=START,
    facts=(
        count(
            "days_without_bladder_score",
            N_("How many days have infusions gone on since the last score of the bladder?"),
            high=36500,
            unit="d",
        ),
    ),
    says=Message(id=N_("The score of the bladder is due.")),
    because=Message(id=N_("Repeated ketamine can harm the bladder for good.")),
    judge=judge,
)
