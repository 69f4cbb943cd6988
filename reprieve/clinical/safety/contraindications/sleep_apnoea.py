"""Severe sleep apnoea, or a high score of its screening questions."""

from reprieve.clinical.facts import count, flag
from reprieve.clinical.safety.rule import EVALUATION, Answer, Case, Rule, either
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find severe sleep apnoea or a STOP-Bang score at its limit."""
    return either((case.fact("sleep_apnoea_severe"), case.reaches("stop_bang_score", "score")))


RULE = Rule(
    steps=EVALUATION,
    facts=(
        flag("sleep_apnoea_severe", N_("Is severe obstructive sleep apnoea known?")),
        count("stop_bang_score", N_("What is the STOP-Bang score?"), high=8, unit="{score}"),
    ),
    says=Message(id=N_("Severe sleep apnoea, or likely by its score.")),
    because=Message(id=N_("Sedation may close the airway.")),
    judge=judge,
)
