"""The composite response of the 2018 guideline: relief, a gain besides it, and that it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reprieve.outcomes.levels import Scores, either, every, odi_change, pgic_met
from reprieve.outcomes.relapse import Judged, Relapse
from reprieve.outcomes.rules import Answer, Rules, at_least
from reprieve.outcomes.weeks import Course


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """The answer and its parts; it is yes only when relief, a gain and lasting are all yes."""

    met: Answer
    relief: Answer
    satisfied: Answer
    function: Answer
    opioid_cut: Answer
    lasts: Answer
    must_last_days: int


def composite(
    *,
    course: Course,
    judged: Sequence[Judged],
    relapse: Relapse,
    scores: Scores,
    opioid_cut: Answer,
    rules: Rules,
) -> Composite:
    """Put the composite together. One infusion has to last 3 weeks, a series 6 (see the data)."""
    relief = _relief(judged, rules)
    parts = (_satisfied(scores, rules), odi_change(scores, rules=rules).met, opioid_cut)
    must_last = _must_last(course, rules)
    lasts = _lasts(relapse, must_last)
    return Composite(
        met=every(relief, either(*parts), lasts),
        relief=relief,
        satisfied=parts[0],
        function=parts[1],
        opioid_cut=parts[2],
        lasts=lasts,
        must_last_days=must_last,
    )


def _relief(judged: Sequence[Judged], rules: Rules) -> Answer:
    """Weeks after the last infusion only: relief inside a course proves nothing for later."""
    reliefs = [j.week.exact_relief for j in judged if j.week.number >= 1]
    if not reliefs:
        return "unknown"
    return either(*(at_least(r, rules.composite_relief_percent) for r in reliefs))


def _satisfied(scores: Scores, rules: Rules) -> Answer:
    """What the patient said; where not asked, a very good global change says it."""
    if scores.satisfied is None:
        return pgic_met(scores, rules=rules)
    return "yes" if scores.satisfied else "no"


def _must_last(course: Course, rules: Rules) -> int:
    if course.infusions == 1:
        return rules.composite_single_lasts_days
    return rules.composite_series_lasts_days


def _lasts(relapse: Relapse, must_last: int) -> Answer:
    if relapse.days is None:
        return "no" if relapse.status == "no-response" else "unknown"
    if relapse.status == "relapsed":
        # The day relief was lost is the first day without it.
        return "yes" if relapse.days > must_last else "no"
    return "yes" if relapse.days >= must_last else "unknown"
