"""Which criteria there are, and how one is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reprieve.clinical.criteria import budapest, fibromyalgia, neuropathic, refractory
from reprieve.clinical.criteria.facts import criterion_data, read_facts
from reprieve.clinical.criteria.verdict import Judgement, Verdict, said

Rule = Callable[[Mapping[str, Any], Mapping[str, Any]], Judgement]
RULES: Mapping[str, Rule] = {
    "budapest": budapest.judge,
    "fibromyalgia-2016": fibromyalgia.judge,
    "neuropathic-grading": neuropathic.judge,
    "refractory": refractory.judge,
}


def criteria() -> tuple[str, ...]:
    """List the names of the criteria."""
    return tuple(RULES)


def judge(*, name: str, facts: Any) -> Verdict:
    """Judge a criterion on a file of facts; absent and null facts are unknown.

    Raises BadValue naming an unknown criterion, an unknown fact, or a value that cannot be used.
    """
    data = criterion_data(name)
    found = RULES[name](read_facts(criterion=name, facts=facts), data.data["rule"])
    return Verdict(
        criterion=name,
        version=data.version,
        met=said(found.met),
        grade=found.grade,
        because=found.because,
        needs=found.needs,
    )
