"""Grades of side effects in our own words, and what makes one serious or related."""

from __future__ import annotations

from reprieve import knowledge
from reprieve.knowledge import BadValue, Knowledge

UNRELATED = frozenset({"unrelated", "unlikely"})


def file() -> Knowledge:
    """This function will load the data file of grades."""
    return knowledge.load("reprieve.clinical", "harm_grades")


def words(term: str) -> tuple[str, ...]:
    """This function will return what grades 1 to 4 of a term look like; nothing for others."""
    return tuple(file().data["term"].get(term.strip().lower(), ()))


def relatedness() -> tuple[str, ...]:
    """This function will list the answers to how far the drug is the cause."""
    return tuple(file().data["relatedness"])


def criteria() -> tuple[str, ...]:
    """This function will list what makes an event serious."""
    return tuple(file().data["criteria"])


def needs_review(*, grade: int, serious: bool) -> bool:
    """This function will tell whether a physician must judge an event."""
    return serious or grade >= int(file().data["review_grade"])


def is_serious(*, grade: int, serious: bool) -> bool:
    """This function will tell whether an event counts as serious: ticked so, or by its grade."""
    return serious or grade >= int(file().data["serious_grade"])


def may_be_from_drug(relatedness: str) -> bool | None:
    """This function will tell whether the drug may be the cause; None while nobody has judged."""
    return None if not relatedness else relatedness not in UNRELATED


def check(*, related: str, serious_by: tuple[str, ...]) -> None:
    """This function will raise BadValue for an answer that is not one of the lists."""
    if related not in relatedness():
        raise BadValue("relatedness", f"must be one of {', '.join(relatedness())}")
    unknown = set(serious_by) - set(criteria())
    if unknown:
        raise BadValue("criteria", f"unknown {', '.join(sorted(unknown))}")
