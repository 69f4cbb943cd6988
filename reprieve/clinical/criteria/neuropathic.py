"""Neuropathic pain by the grading of Finnerup 2016: possible, probable, definite.

"Definite" still does not prove that the lesion causes the pain.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reprieve.clinical.criteria.verdict import Judgement, all_of
from reprieve.knowledge import N_, Message

ENTRY = ("lesion_or_disease_history", "plausible_distribution")
STEPS = ("sensory_signs_same_area", "confirming_test")
TEXTS = {
    "lesion_or_disease_history": N_("History of a relevant lesion or disease: {answer}."),
    "plausible_distribution": N_("Distribution fits the anatomy: {answer}."),
    "sensory_signs_same_area": N_("Sensory signs in the same area: {answer}."),
    "confirming_test": N_("A test confirms the lesion or disease: {answer}."),
}
WORDS = {True: N_("yes"), False: N_("no"), None: N_("unknown")}


def judge(facts: Mapping[str, Any], rule: Mapping[str, Any]) -> Judgement:
    """Judge whether the pain is at least possibly neuropathic; the grade tells how sure."""
    met = all_of(facts.get(name) for name in ENTRY)
    return Judgement(
        met=met,
        grade=_grade(facts, rule["grades"]) if met else None,
        because=tuple(
            Message(id=text, params={"answer": WORDS[facts.get(name)]})
            for name, text in TEXTS.items()
        ),
        needs=_needs(facts, met),
    )


def _grade(facts: Mapping[str, Any], grades: list[str]) -> str:
    """Each step counts only on the one before it."""
    reached = 0
    while reached < len(STEPS) and facts.get(STEPS[reached]) is True:
        reached += 1
    return grades[reached]


def _needs(facts: Mapping[str, Any], met: bool | None) -> tuple[str, ...]:
    if met is False:
        return ()
    if met is None:
        return tuple(name for name in ENTRY if facts.get(name) is None)
    if facts.get(STEPS[0]) is False:
        return ()
    return tuple(name for name in STEPS if facts.get(name) is None)
