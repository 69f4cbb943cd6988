"""Refractory pain: enough drug classes failed, another modality tried, and pain still there.

No universal definition exists; every threshold is the clinic's (`refractory.toml`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reprieve.clinical.criteria.verdict import Judgement, all_of, any_of, at_least
from reprieve.knowledge import N_, Message

CLASSES = N_("Drug classes failed: {yes}, {open} unknown; {needed} needed.")
MODALITIES = N_("Other modalities tried, {needed} needed: {answer}.")
PAIN = N_("Average pain still {needed} or more: {answer}.")
WORDS = {True: N_("yes"), False: N_("no"), None: N_("unknown")}
NAMES = ("drug_trials", "other_modalities_tried", "average_pain")


def judge(facts: Mapping[str, Any], rule: Mapping[str, Any]) -> Judgement:
    """Judge whether the pain counts as refractory. A declined trial is not a failed one.

    A trial stopped for side effects failed, however long; one that ended before it can have been
    adequate did not, though the weeks at an adequate dose are not known.
    """
    classes = _classes(facts.get("drug_trials"), rule)
    needed = rule["min_drug_classes"]
    parts = (
        None if classes is None else at_least(needed, classes),
        _reaches(facts.get("other_modalities_tried"), rule["min_other_modalities"]),
        _reaches(facts.get("average_pain"), rule["min_average_pain"]),
    )
    met = all_of(parts)
    counted = {"yes": (classes or []).count(True), "needed": needed}
    counted["open"] = 6 if classes is None else classes.count(None)
    modalities = {"needed": rule["min_other_modalities"], "answer": WORDS[parts[1]]}
    pain = {"needed": rule["min_average_pain"], "answer": WORDS[parts[2]]}
    return Judgement(
        met=met,
        because=(
            Message(id=CLASSES, params=counted),
            Message(id=MODALITIES, params=modalities),
            Message(id=PAIN, params=pain),
        ),
        needs=tuple(n for n, p in zip(NAMES, parts, strict=True) if p is None and met is None),
    )


def _reaches(value: float | None, least: float) -> bool | None:
    return None if value is None else value >= least


def _classes(trials: Any, rule: Mapping[str, Any]) -> list[bool | None] | None:
    """One answer for each class tried; a trial whose class is unknown counts as a class unknown."""
    if trials is None:
        return None
    by_class: dict[str, list[bool | None]] = {}
    for number, trial in enumerate(trials):
        named = trial.get("drug_class")
        answer = _failed(trial, rule)
        if named is None:
            by_class[f"unknown {number}"] = [None if answer is not False else False]
        else:
            by_class.setdefault(named, []).append(answer)
    return [any_of(answers) for answers in by_class.values()]


def _failed(trial: Mapping[str, Any], rule: Mapping[str, Any]) -> bool | None:
    outcome, weeks = trial.get("outcome"), trial.get("weeks")
    if outcome in rule["failed_at_once"]:
        return True
    if trial.get("stopped_for") in rule["failed_when_stopped_for"] and outcome != "declined":
        return True
    if outcome is None:
        return None
    if outcome not in rule["failed_after_adequate_time"]:
        return False
    return _long_enough(weeks, trial.get("most_weeks"), rule["adequate_trial_weeks"])


def _long_enough(weeks: float | None, most: float | None, needed: float) -> bool | None:
    if weeks is not None:
        return weeks >= needed
    return False if most is not None and most < needed else None
