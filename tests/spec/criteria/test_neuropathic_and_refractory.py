"""Neuropathic grading, step on step; refractory pain by the clinic's thresholds."""

from typing import Any

import pytest

from reprieve.clinical.criteria import judge

STEPS = (
    "lesion_or_disease_history",
    "plausible_distribution",
    "sensory_signs_same_area",
    "confirming_test",
)
ANSWERS = {"y": True, "n": False, "?": None}


@pytest.mark.parametrize(
    ("steps", "met", "grade", "needs"),
    [
        ("yyyy", "yes", "definite", []),
        ("yyyn", "yes", "probable", []),
        ("yyy?", "yes", "probable", ["confirming_test"]),
        ("yynn", "yes", "possible", []),
        ("yyny", "yes", "possible", []),
        ("yy?y", "yes", "possible", ["sensory_signs_same_area"]),
        ("yy??", "yes", "possible", ["sensory_signs_same_area", "confirming_test"]),
        ("nyyy", "no", None, []),
        ("ynyy", "no", None, []),
        ("n???", "no", None, []),
        ("y???", "unknown", None, ["plausible_distribution"]),
        ("?yyy", "unknown", None, ["lesion_or_disease_history"]),
    ],
)
def test_grading(steps: str, met: str, grade: str | None, needs: list[str]) -> None:
    facts = {name: ANSWERS[a] for name, a in zip(STEPS, steps, strict=True)}
    verdict = judge(name="neuropathic-grading", facts=facts)
    assert (verdict.met, verdict.grade, list(verdict.needs)) == (met, grade, needs)


def trial(drug_class: str | None, outcome: str | None, weeks: float | None = 8) -> dict[str, Any]:
    return {"drug_class": drug_class, "outcome": outcome, "weeks": weeks}


FAILED = [trial("tca", "no effect"), trial("snri", "intolerant", 1)]


@pytest.mark.parametrize(
    ("trials", "others", "pain", "met"),
    [
        (FAILED, 1, 4, "yes"),
        (FAILED, 1, 3.9, "no"),
        (FAILED, 0, 7, "no"),
        (FAILED[:1], 1, 7, "no"),
        ([*FAILED[:1], trial("tca", "no effect")], 1, 7, "no"),
        ([*FAILED[:1], trial("snri", "partial", 5)], 1, 7, "no"),
        ([*FAILED[:1], trial("snri", "partial", 6)], 1, 7, "yes"),
        ([*FAILED[:1], trial("snri", "partial", None)], 1, 7, "unknown"),
        ([*FAILED[:1], trial("snri", None)], 1, 7, "unknown"),
        ([*FAILED[:1], trial(None, "no effect")], 1, 7, "unknown"),
        ([*FAILED[:1], trial(None, "declined")], 1, 7, "no"),
        ([*FAILED[:1], trial("snri", "declined")], 1, 7, "no"),
        ([*FAILED[:1], trial("snri", "contraindicated", None)], 1, 7, "yes"),
        ([], 1, 7, "no"),
        (None, 1, 7, "unknown"),
        (None, 1, 2, "no"),
        (FAILED, None, 7, "unknown"),
        (FAILED, 1, None, "unknown"),
    ],
)
def test_refractory(trials: Any, others: int | None, pain: float | None, met: str) -> None:
    facts = {"drug_trials": trials, "other_modalities_tried": others, "average_pain": pain}
    verdict = judge(name="refractory", facts=facts)
    assert (verdict.met, verdict.grade) == (met, None)
    assert bool(verdict.needs) is (met == "unknown")


@pytest.mark.parametrize(
    ("changes", "met"),
    [
        ({"outcome": "partial", "weeks": 1, "stopped_for": "side effects"}, "yes"),
        ({"outcome": "effective", "stopped_for": "side effects"}, "yes"),
        ({"outcome": "declined", "stopped_for": "side effects"}, "no"),
        ({"outcome": "effective", "stopped_for": "cost"}, "no"),
        ({"outcome": "partial", "weeks": 5, "stopped_for": "cost"}, "no"),
        ({"outcome": "no effect", "weeks": None, "most_weeks": 4.4}, "no"),
        ({"outcome": "no effect", "weeks": None, "most_weeks": 60}, "unknown"),
        ({"outcome": "no effect", "weeks": None}, "unknown"),
        ({"outcome": "no effect", "weeks": 6, "most_weeks": 60}, "yes"),
    ],
)
def test_why_and_when_a_trial_ended_count(changes: dict[str, Any], met: str) -> None:
    """Not tolerated is failed, however short; what ended too early for an adequate trial is not."""
    other = {"drug_class": "snri", **changes}
    facts = {"drug_trials": [FAILED[0], other], "other_modalities_tried": 1, "average_pain": 7}
    assert judge(name="refractory", facts=facts).met == met
