"""Fibromyalgia by the 2016 revision (Wolfe 2016): WPI, SSS, generalized pain, three months.

Unknown parts make ranges; the answer is given as soon as the whole range agrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reprieve.clinical.criteria.verdict import Judgement, all_of
from reprieve.knowledge import N_, BadValue, Message

WPI_HIGHEST, REGIONS, SEVEREST = 19, 5, 3
INDEX = N_("Widespread pain index {wpi}, symptom severity {sss}: {answer}.")
SPREAD = N_("Pain in {regions} of 5 regions, {needed} needed: {answer}.")
DURATION = N_("Symptoms for {needed} months or more: {answer}.")
WORDS = {True: N_("yes"), False: N_("no"), None: N_("unknown")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What a count can be, given what is known."""

    low: int
    high: int

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


def judge(facts: Mapping[str, Any], rule: Mapping[str, Any]) -> Judgement:
    """Judge the criteria; other diagnoses neither help nor hinder."""
    wpi, sss, regions = _wpi(facts), _sss(facts, rule), _regions(facts, rule)
    index = _index(wpi, sss, rule)
    spread = _agreed(regions.low >= rule["regions"], regions.high >= rule["regions"])
    months = facts.get("symptom_duration_months")
    lasting = None if months is None else months >= rule["duration_months"]
    met = all_of((index, spread, lasting))
    return Judgement(
        met=met,
        because=(
            Message(id=INDEX, params={"wpi": wpi, "sss": sss, "answer": WORDS[index]}),
            _spread(regions, rule["regions"], spread),
            Message(
                id=DURATION, params={"needed": rule["duration_months"], "answer": WORDS[lasting]}
            ),
        ),
        needs=_needs(facts, rule, index, spread, lasting) if met is None else (),
    )


def _spread(regions: Range, needed: int, answer: bool | None) -> Message:
    params = {"regions": regions, "needed": needed, "answer": WORDS[answer]}
    return Message(id=SPREAD, params=params)


def _agreed(*answers: bool) -> bool | None:
    return answers[0] if len(set(answers)) == 1 else None


def _wpi(facts: Mapping[str, Any]) -> Range:
    areas, stated = facts.get("painful_areas"), facts.get("wpi")
    if areas is None:
        return Range(low=stated or 0, high=WPI_HIGHEST if stated is None else stated)
    if stated not in (None, len(areas)):
        raise BadValue("wpi", f"{stated} was given, but {len(areas)} areas are named")
    return Range(low=len(areas), high=len(areas))


def _regions(facts: Mapping[str, Any], rule: Mapping[str, Any]) -> Range:
    areas, stated = facts.get("painful_areas"), facts.get("painful_regions")
    if areas is None:
        _check_regions(stated, facts.get("wpi"))
        return Range(low=stated or 0, high=REGIONS if stated is None else stated)
    count = len({rule["region_of"][area] for area in areas if area in rule["region_of"]})
    if stated not in (None, count):
        raise BadValue("painful_regions", f"{stated} was given, but the areas make {count}")
    return Range(low=count, high=count)


def _check_regions(regions: int | None, wpi: int | None) -> None:
    """Each painful region has an area of its own: more regions than areas cannot be."""
    if regions is not None and wpi is not None and regions > wpi:
        raise BadValue("painful_regions", f"{regions} regions cannot come from {wpi} areas")


def _sss(facts: Mapping[str, Any], rule: Mapping[str, Any]) -> Range:
    worst = dict.fromkeys(rule["severities"], SEVEREST) | dict.fromkeys(rule["presences"], 1)
    low = sum(int(facts.get(name, 0)) for name in worst)
    high = sum(int(facts.get(name, most)) for name, most in worst.items())
    stated = facts.get("sss")
    if stated is None:
        return Range(low=low, high=high)
    if not low <= stated <= high:
        raise BadValue("sss", f"{stated} was given, but its parts make {Range(low=low, high=high)}")
    return Range(low=stated, high=stated)


def _index(wpi: Range, sss: Range, rule: Mapping[str, Any]) -> bool | None:
    answers = {
        any(
            way["wpi"][0] <= w <= way["wpi"][1] and way["sss"][0] <= s <= way["sss"][1]
            for way in rule["widespread"]
        )
        for w in range(wpi.low, wpi.high + 1)
        for s in range(sss.low, sss.high + 1)
    }
    return _agreed(*answers)


def _needs(
    facts: Mapping[str, Any],
    rule: Mapping[str, Any],
    index: bool | None,
    spread: bool | None,
    lasting: bool | None,
) -> tuple[str, ...]:
    areas = facts.get("painful_areas")
    wanted: list[str] = []
    if areas is None and ((index is None and facts.get("wpi") is None) or spread is None):
        wanted.append("painful_areas")
    if index is None and facts.get("sss") is None:
        wanted.extend(n for n in (*rule["severities"], *rule["presences"]) if n not in facts)
    if lasting is None:
        wanted.append("symptom_duration_months")
    return tuple(wanted)
