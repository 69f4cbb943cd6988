"""CRPS by the Budapest criteria (Harden 2010): clinical and research, type I, II or NOS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reprieve.clinical.criteria.verdict import Judgement, all_of, at_least
from reprieve.knowledge import N_, Message

CATEGORIES = ("sensory", "vasomotor", "sudomotor", "motor")
SYMPTOMS = tuple(f"symptom_{c}" for c in CATEGORIES)
SIGNS = tuple(f"sign_{c}" for c in CATEGORIES)
TODAY = "signs_seen_at_this_examination"

DISPROPORTIONATE = N_("Pain out of proportion to the event: {answer}.")
SYMPTOM_COUNT = N_("Symptom categories reported: {yes} of 4, {open} unknown; {needed} needed.")
SIGN_COUNT = N_(
    "Sign categories seen at this examination: {yes} of 4, {open} unknown; {needed} needed."
)
NO_BETTER = N_("No other diagnosis explains it better: {answer}.")
WORDS = {True: N_("yes"), False: N_("no"), None: N_("unknown")}


def judge(facts: Mapping[str, Any], rule: Mapping[str, Any]) -> Judgement:
    """Judge the clinical criteria; the grade tells research and type.

    A sign counts only when it was seen at this examination; signs of another day are unknown.
    """
    symptoms = [facts.get(name) for name in SYMPTOMS]
    signs = _signs(facts)
    clinical = {
        "pain": facts.get("disproportionate_pain"),
        "symptoms": at_least(rule["symptom_categories_clinical"], symptoms),
        "signs": at_least(rule["sign_categories"], signs),
        "diagnosis": facts.get("no_better_diagnosis"),
    }
    met = all_of(clinical.values())
    research = at_least(rule["symptom_categories_research"], symptoms)
    return Judgement(
        met=met,
        grade=_grade(facts, met, research, symptoms, signs),
        because=_because(facts, rule, symptoms, signs),
        needs=_needs(facts, met, research, clinical),
    )


def _signs(facts: Mapping[str, Any]) -> list[bool | None]:
    if facts.get(TODAY) is not True:
        return [None] * len(SIGNS)
    return [facts.get(name) for name in SIGNS]


def _grade(
    facts: Mapping[str, Any],
    met: bool | None,
    research: bool | None,
    symptoms: list[bool | None],
    signs: list[bool | None],
) -> str | None:
    if met is False:
        part = facts.get("disproportionate_pain") and True in symptoms and True in signs
        return "NOS" if part and facts.get("no_better_diagnosis") else None
    if met is None:
        return None
    level = "research" if research else "clinical"
    injury = facts.get("major_nerve_injury")
    return level if injury is None else f"{level}, type {'II' if injury else 'I'}"


def _because(
    facts: Mapping[str, Any],
    rule: Mapping[str, Any],
    symptoms: list[bool | None],
    signs: list[bool | None],
) -> tuple[Message, ...]:
    pain, diagnosis = facts.get("disproportionate_pain"), facts.get("no_better_diagnosis")
    return (
        Message(id=DISPROPORTIONATE, params={"answer": WORDS[pain]}),
        _count(SYMPTOM_COUNT, symptoms, rule["symptom_categories_clinical"]),
        _count(SIGN_COUNT, signs, rule["sign_categories"]),
        Message(id=NO_BETTER, params={"answer": WORDS[diagnosis]}),
    )


def _count(text: str, answers: list[bool | None], needed: int) -> Message:
    counted = {"yes": answers.count(True), "open": answers.count(None), "needed": needed}
    return Message(id=text, params=counted)


def _needs(
    facts: Mapping[str, Any],
    met: bool | None,
    research: bool | None,
    clinical: Mapping[str, bool | None],
) -> tuple[str, ...]:
    """The unknown facts that could still change the answer or, once met, the grade."""
    if met is False:
        return ()
    open_parts: list[str] = []
    if clinical["pain"] is None:
        open_parts.append("disproportionate_pain")
    if clinical["symptoms"] is None or (met and research is None):
        open_parts.extend(SYMPTOMS)
    if clinical["signs"] is None:
        open_parts.extend((TODAY, *SIGNS))
    if clinical["diagnosis"] is None:
        open_parts.append("no_better_diagnosis")
    if met:
        open_parts.append("major_nerve_injury")
    return tuple(n for n in open_parts if facts.get(n) is None or _stale(n, facts))


def _stale(name: str, facts: Mapping[str, Any]) -> bool:
    """Signs of another day must be looked for again."""
    return name == TODAY and facts.get(name) is False
