"""Medicine lists: which of a patient's medicines belong to a class of interactions.

A medicine that stands in no list may belong to any class (a trade name, an import, a herb): until
somebody has looked it up by hand, no class is clear of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from reprieve import knowledge
from reprieve.clinical.findings import Step
from reprieve.clinical.safety.rule import Answer, Case, Rule
from reprieve.clinical.safety.shared import CHECKED_BY_HAND, MEDICINES
from reprieve.knowledge import Message

LISTS = "reprieve.clinical.safety.interactions"


def rule_of_class(*, steps: frozenset[Step], says: str, because: str) -> Rule:
    """This function will make a rule that finds medicines of the class in its TOML file.

    `says` names them by the parameter `medicines`. Names are compared without regard to case.
    A medicine that no list knows leaves the answer unknown, unless a member is taken as well.
    """

    def judge(case: Case) -> Answer:
        taken = case.fact(MEDICINES.name)
        if taken is None:
            return None
        members = among(taken, members=case.limit("medicines"))
        if members:
            return Message(id=says, params={"medicines": ", ".join(members)})
        return None if unchecked(case, taken) else False

    words = Message(id=says, params={"medicines": "..."})
    return Rule(
        steps=steps, facts=(MEDICINES, CHECKED_BY_HAND), says=words, because=Message(id=because),
        judge=judge,
    )  # fmt: skip


def among(taken: Iterable[str], *, members: Mapping[str, str]) -> tuple[str, ...]:
    """This function will name the taken medicines that are members, by name or RxNorm code.

    Of several names with one code (a patch and its drug), a code names the first.
    """
    wanted = _words(tuple(taken))
    found = [name for name, code in members.items() if name in wanted or code in wanted]
    if len(found) < 2:
        return tuple(found)
    first = {members[name]: name for name in reversed(found)}
    return tuple(name for name in found if name in wanted or first[members[name]] == name)


def unchecked(case: Case, taken: Iterable[str]) -> tuple[str, ...]:
    """This function will keep the medicines in no list that nobody has looked up by hand.

    It notes on the case what would resolve them.
    """
    strange = unrecognised(taken)
    if not strange:
        return ()
    looked_up = {_plain(word) for word in case.optional(CHECKED_BY_HAND.name) or ()}
    left = tuple(word for word in strange if _plain(word) not in looked_up)
    if left:
        case.want(CHECKED_BY_HAND.name)
    return left


def unrecognised(taken: Iterable[str]) -> tuple[str, ...]:
    """This function will keep the medicines that stand in no list, sorted."""
    return _strange(tuple(taken))


# Ten rules ask about one list in turn.
@lru_cache(maxsize=16)
def _words(taken: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_plain(word) for word in taken)


@lru_cache(maxsize=16)
def _strange(taken: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({word.strip() for word in taken if _plain(word) not in _all_known()}))


@cache
def _all_known() -> frozenset[str]:
    lists = [knowledge.load(LISTS, name).data["medicines"] for name in knowledge.names(LISTS)]
    return frozenset(word for one in lists for pair in one.items() for word in pair)


def _plain(word: str) -> str:
    return word.strip().casefold()
