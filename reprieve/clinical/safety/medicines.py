"""Medicine lists: which of a patient's medicines belong to a class of interactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from reprieve import knowledge
from reprieve.clinical.findings import Step
from reprieve.clinical.safety.rule import Answer, Case, Rule
from reprieve.clinical.safety.shared import MEDICINES
from reprieve.knowledge import Message

LISTS = "reprieve.clinical.safety.interactions"


def rule_of_class(*, steps: frozenset[Step], says: str, because: str) -> Rule:
    """This function will make a rule that finds medicines of the class in its TOML file.

    `says` names them by the parameter `medicines`. Names are compared without regard to case.
    """

    def judge(case: Case) -> Answer:
        taken = case.fact("medicines")
        if taken is None:
            return None
        members = among(taken, members=case.limit("medicines"))
        return Message(id=says, params={"medicines": ", ".join(members)}) if members else False

    words = Message(id=says, params={"medicines": "..."})
    return Rule(
        steps=steps, facts=(MEDICINES,), says=words, because=Message(id=because), judge=judge
    )


def among(taken: Iterable[str], *, members: Mapping[str, str]) -> tuple[str, ...]:
    """This function will name the taken medicines that are members, by name or RxNorm code."""
    wanted = {_plain(word) for word in taken}
    return tuple(name for name, code in members.items() if name in wanted or code in wanted)


def unrecognised(taken: Iterable[str]) -> tuple[str, ...]:
    """This function will keep the medicines that stand in no list, sorted."""
    return tuple(sorted({word.strip() for word in taken if _plain(word) not in _all_known()}))


@cache
def _all_known() -> frozenset[str]:
    lists = [knowledge.load(LISTS, name).data["medicines"] for name in knowledge.names(LISTS)]
    return frozenset(word for one in lists for pair in one.items() for word in pair)


def _plain(word: str) -> str:
    return word.strip().casefold()
