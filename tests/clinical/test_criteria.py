"""Criteria: facts are checked by name and type; the manual page is printed from their files."""

import runpy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import reprieve
from reprieve.clinical.criteria import criteria, facts_of, judge, manual
from reprieve.clinical.criteria.facts import criterion_data
from reprieve.knowledge import BadValue, names


def test_every_file_has_its_rule_and_every_rule_its_file() -> None:
    assert sorted(criteria()) == list(names("reprieve.clinical.criteria"))


@pytest.mark.parametrize("name", criteria())
def test_it_says_where_it_comes_from(name: str) -> None:
    data = criterion_data(name).data
    assert data["title"]
    assert data["source"]
    assert isinstance(data["valid_from"], date)
    assert data["verified"] is not bool(data.get("unverified"))
    assert all(f.means and f.unit and f.type for f in facts_of(name))


@pytest.mark.parametrize("name", criteria())
def test_nothing_known_is_unknown_and_says_what_it_needs(name: str) -> None:
    verdict = judge(name=name, facts={})
    assert (verdict.met, verdict.grade) == ("unknown", None)
    assert set(verdict.needs) <= {f.name for f in facts_of(name)}
    assert verdict.needs
    assert list(verdict.to_json()) == ["met", "grade", "because", "needs"]
    assert all(isinstance(text, str) and "{" not in text for text in verdict.to_json()["because"])


@pytest.mark.parametrize("name", criteria())
def test_null_is_the_same_as_absent(name: str) -> None:
    nothing = {fact.name: None for fact in facts_of(name)}
    assert judge(name=name, facts=nothing) == judge(name=name, facts={})


def test_the_manual_page_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(reprieve.__file__).parents[1]
    page = root / "docs" / "manual" / "facts-criteria.md"
    assert page.read_text(encoding="utf-8") == manual.page()
    runpy.run_path(str(manual.__file__), run_name="__main__")
    assert capsys.readouterr().out == manual.page()


@pytest.mark.parametrize(
    ("name", "facts", "field"),
    [
        ("budapest", {"disproportionate_pain": 1}, "disproportionate_pain"),
        ("budapest", {"disproportionate_pain": "yes"}, "disproportionate_pain"),
        ("budapest", {"disproportionate": True}, "disproportionate"),
        ("budapest", {"a\nb": True}, "'a\\nb'"),
        ("budapest", [True], "facts"),
        ("budapest", None, "facts"),
        ("fibromyalgia-2016", {"painful_areas": "neck"}, "painful_areas"),
        ("fibromyalgia-2016", {"painful_areas": ["neck", "toe"]}, "painful_areas"),
        ("fibromyalgia-2016", {"painful_areas": ["neck", ["jaw-left"]]}, "painful_areas"),
        ("fibromyalgia-2016", {"painful_areas": ["neck", "neck"]}, "painful_areas"),
        ("fibromyalgia-2016", {"painful_areas": ["neck"], "wpi": 2}, "wpi"),
        ("fibromyalgia-2016", {"painful_areas": ["neck"], "painful_regions": 2}, "painful_regions"),
        ("fibromyalgia-2016", {"wpi": 3, "painful_regions": 5}, "painful_regions"),
        ("fibromyalgia-2016", {"wpi": 20}, "wpi"),
        ("fibromyalgia-2016", {"wpi": -1}, "wpi"),
        ("fibromyalgia-2016", {"wpi": 7.5}, "wpi"),
        ("fibromyalgia-2016", {"wpi": True}, "wpi"),
        ("fibromyalgia-2016", {"wpi": "7"}, "wpi"),
        ("fibromyalgia-2016", {"fatigue": 4}, "fatigue"),
        ("fibromyalgia-2016", {"sss": 2, "fatigue": 3}, "sss"),
        ("fibromyalgia-2016", {"symptom_duration_months": float("nan")}, "symptom_duration_months"),
        ("refractory", {"drug_trials": {}}, "drug_trials"),
        ("refractory", {"drug_trials": ["tca"]}, "drug_trials[0]"),
        ("refractory", {"drug_trials": [{"class": "tca"}]}, "drug_trials[0].class"),
        ("refractory", {"drug_trials": [{"drug_class": "tcx"}]}, "drug_trials[0].drug_class"),
        ("refractory", {"drug_trials": [{}, {"weeks": -1}]}, "drug_trials[1].weeks"),
        ("tension", {}, "criteria"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, facts: Any, field: str) -> None:
    with pytest.raises(BadValue) as refused:
        judge(name=name, facts=facts)
    assert refused.value.field == field
    assert "\n" not in str(refused.value)


def test_facts_of_other_criteria_and_safety_rules_may_stand_in_the_file() -> None:
    others = {"wpi": 9, "sbp_mmhg": 120}
    assert judge(name="budapest", facts=others).met == "unknown"
