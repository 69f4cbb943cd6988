"""Fibromyalgia 2016: the two ways in (WPI 4-6, not 3-6), spread, duration, unknown parts."""

from typing import Any

import pytest

from reprieve.clinical.criteria import judge
from reprieve.clinical.instruments import instrument

SPREAD = ["upper-arm-left", "lower-arm-right", "hip-left", "neck"]  # four regions
MORE = ["upper-leg-left", "lower-leg-left", "upper-back", "lower-back"]
SEVERE = {
    "fatigue": 3,
    "waking_unrefreshed": 3,
    "cognitive_symptoms": 3,
    "headache": True,
    "lower_abdominal_pain": True,
    "depression_symptom": True,
}
FIVE = SEVERE | {"waking_unrefreshed": 0, "cognitive_symptoms": 0, "depression_symptom": False}
NINE = SEVERE | {"cognitive_symptoms": 0}


def facts(areas: list[str], symptoms: dict[str, Any], months: float | None = 6) -> dict[str, Any]:
    return {"painful_areas": areas, "symptom_duration_months": months} | symptoms


TABLE: list[tuple[dict[str, Any], str]] = [
    (facts(SPREAD + MORE[:3], FIVE), "yes"),
    (facts(SPREAD + MORE[:3], FIVE | {"headache": False}), "no"),
    (facts(SPREAD + MORE[:2], FIVE), "no"),
    (facts(SPREAD + MORE[:2], NINE), "yes"),
    (facts(SPREAD, NINE), "yes"),
    (facts(SPREAD, NINE | {"headache": False}), "no"),
    (facts(SPREAD[:3], SEVERE), "no"),
    (facts(["jaw-left", "chest", "abdomen", *SPREAD[:3]], SEVERE), "no"),
    (facts(SPREAD, NINE, 3), "yes"),
    (facts(SPREAD, NINE, 2.9), "no"),
    (facts(SPREAD, NINE, None), "unknown"),
    (facts([], {}, None), "no"),
    ({"wpi": 3, "sss": 12, "symptom_duration_months": 12}, "no"),
    ({"wpi": 4, "painful_regions": 4, "sss": 9, "symptom_duration_months": 12}, "yes"),
    ({"wpi": 7, "painful_regions": 3, "sss": 9, "symptom_duration_months": 12}, "no"),
    ({"wpi": 7, "sss": 9, "symptom_duration_months": 12}, "unknown"),
    ({"painful_regions": 5, "sss": 4, "symptom_duration_months": 12}, "no"),
    (facts(SPREAD + MORE, {"fatigue": 3, "waking_unrefreshed": 2}), "yes"),
    (facts(SPREAD + MORE, {"fatigue": 3}), "unknown"),
]


@pytest.mark.parametrize(("known", "met"), TABLE)
def test_table(known: dict[str, Any], met: str) -> None:
    verdict = judge(name="fibromyalgia-2016", facts=known)
    assert (verdict.met, verdict.grade) == (met, None)
    assert bool(verdict.needs) is (met == "unknown")


@pytest.mark.parametrize(
    ("known", "needs"),
    [
        (facts(SPREAD, NINE, None), ["symptom_duration_months"]),
        ({"wpi": 7, "sss": 9, "symptom_duration_months": 12}, ["painful_areas"]),
        (
            facts(SPREAD + MORE, {"fatigue": 3, "headache": True, "cognitive_symptoms": 0}),
            ["waking_unrefreshed", "lower_abdominal_pain", "depression_symptom"],
        ),
        ({"sss": 9, "painful_regions": 5, "symptom_duration_months": 12}, ["painful_areas"]),
    ],
)
def test_needs(known: dict[str, Any], needs: list[str]) -> None:
    assert list(judge(name="fibromyalgia-2016", facts=known).needs) == needs


def test_the_areas_are_those_of_the_form() -> None:
    form = instrument("wpi-sss")
    areas = next(s.items for s in form.subscales if s.id == "wpi")
    full = facts(list(areas), SEVERE)
    because = [str(m) for m in judge(name="fibromyalgia-2016", facts=full).because]
    assert because[0] == "Widespread pain index 19, symptom severity 12: yes."
    assert because[1] == "Pain in 5 of 5 regions, 4 needed: yes."
