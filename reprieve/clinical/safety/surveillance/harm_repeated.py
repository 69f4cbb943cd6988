"""Severe side effects that come again, or a serious one: a physician decides first."""

from reprieve.clinical.facts import count, flag
from reprieve.clinical.safety.rule import START, Answer, Case, Rule, either
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will hold further infusions until a physician has decided to go on."""
    serious = case.fact("serious_harm_undecided")
    return either((case.reaches("same_severe_harm_n", "times"), serious))


RULE = Rule(
    steps=START,
    facts=(
        count(
            "same_severe_harm_n",
            N_(
                "How often did the same side effect of grade 3 or more come, if it came again "
                "since a physician decided to go on?"
            ),
            high=500,
        ),
        flag(
            "serious_harm_undecided",
            N_(
                "Is there a serious side effect that may come from the drug, after which no "
                "physician has decided to go on?"
            ),
        ),
    ),
    says=Message(id=N_("Side effects stop the infusions until a physician decides to go on.")),
    because=Message(id=N_("What harmed once and comes again is likely to harm once more.")),
    judge=judge,
)
