"""Each rule finds, is clear and says unknown, as the tables beside this file state."""

import tomllib
from pathlib import Path

import pytest

from reprieve.clinical import safety
from reprieve.clinical.findings import Outcome, Severity, Step, blocking
from reprieve.clinical.safety.rule import Case

HERE = Path(__file__).parent
CHAPTERS = sorted({entry.chapter for entry in safety.rules()})
WELL = tomllib.loads((HERE / "well.toml").read_text())
ENTRIES = {entry.name: entry for entry in safety.rules()}


def table(chapter):
    return tomllib.loads((HERE / f"{chapter}.toml").read_text())


def rows():
    for chapter in CHAPTERS:
        for rule, answers in table(chapter).items():
            for outcome, patients in answers.items():
                for number, facts in enumerate(patients):
                    yield pytest.param(rule, outcome, facts, id=f"{rule}-{outcome}-{number}")


@pytest.mark.parametrize(("rule", "outcome", "facts"), list(rows()))
def test_rule_answers_as_its_table_says(rule, outcome, facts):
    entry = ENTRIES[rule]
    for step in entry.rule.steps:
        found = {f.rule: f for f in safety.examine(facts=facts, step=step)}[rule]
        assert found.outcome == outcome
        assert dict(found.saw).items() <= facts.items()
        assert str(found.says)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_rule_of_a_chapter_has_all_three_answers(chapter):
    told = table(chapter)
    assert set(told) == {e.name for e in safety.rules() if e.chapter == chapter}
    for answers in told.values():
        assert set(answers) == set(Outcome)
        assert all(answers.values())


@pytest.mark.parametrize("step", list(Step))
def test_nothing_is_found_about_the_well_patient(step):
    found = safety.examine(facts=WELL[step], step=step)
    assert [f for f in found if f.outcome is not Outcome.CLEAR] == []
    assert len(found) == len(safety.at(step))


@pytest.mark.parametrize("step", list(Step))
def test_each_fact_of_the_well_patient_is_needed(step):
    for name in WELL[step]:
        facts = {fact: value for fact, value in WELL[step].items() if fact != name}
        found = safety.examine(facts=facts, step=step)
        assert any(name in f.needs for f in found if f.outcome is Outcome.UNKNOWN), name


@pytest.mark.parametrize("step", list(Step))
def test_a_patient_nobody_asked_is_blocked_by_every_stop_and_hold(step):
    found = safety.examine(facts={}, step=step)
    assert {f.outcome for f in found} == {Outcome.UNKNOWN}
    heavy = {Severity.STOP, Severity.HOLD}
    expected = {e.name for e in safety.at(step) if e.severity_when_unknown in heavy}
    assert {f.rule for f in blocking(found)} == expected


def test_unknown_inherits_its_severity_except_where_a_missing_test_only_warns():
    lighter = [e.name for e in safety.rules() if e.severity_when_unknown != e.severity]
    assert lighter == ["liver-result"]


def test_never_overridable_rules():
    assert {e.name for e in safety.rules() if not e.overridable} == {
        "identity", "consent", "order", "ketamine-hypersensitivity", "drug-form", "drug-strength",
        "pregnancy-test-positive", "suicide-risk-high", "suicidal-statement", "arrhythmia-new",
        "blood-pressure-low", "blood-pressure-stop", "capnography-stop", "chest-pain",
        "heart-failure-acute", "heart-rate-stop", "mean-pressure-change", "respiratory-rate-stop",
        "sedation-stop", "spo2-stop",
    }  # fmt: skip


STOP_ZONE = [
    {"heart_rate_per_min": 121}, {"heart_rate_per_min": 39}, {"spo2_percent": 89},
    {"respiratory_rate_per_min": 7}, {"sbp_mmhg": 180}, {"sbp_mmhg": 89}, {"dbp_mmhg": 110},
    {"chest_pain": True}, {"acute_heart_failure": True}, {"new_arrhythmia": True},
    {"rass": -4}, {"rass": 3}, {"etco2_waveform": "absent"},
    {"baseline_sbp_mmhg": 220, "baseline_dbp_mmhg": 150},
]  # fmt: skip


@pytest.mark.parametrize("facts", STOP_ZONE, ids=str)
def test_nobody_starts_inside_a_stop_zone_whoever_overrides(facts):
    found = safety.examine(facts={**WELL["start"], **facts}, step=Step.START)
    assert any(not f.overridable and f.severity is Severity.STOP for f in blocking(found))


class Watching(Case):
    """A case that notes what is asked."""

    __slots__ = ("asked",)

    def __init__(self, **given):
        super().__init__(**given)
        self.asked = set()

    def fact(self, name):
        self.asked.add(name)
        return super().fact(name)

    def optional(self, name):
        self.asked.add(name)
        return super().optional(name)


def test_rules_ask_for_declared_facts_only_and_for_each_of_them():
    for chapter in CHAPTERS:
        for rule, answers in table(chapter).items():
            entry = ENTRIES[rule]
            asked = set()
            for facts in (f for patients in answers.values() for f in patients):
                case = Watching(facts=facts, numbers=entry.numbers)
                entry.rule.judge(case)
                asked |= case.asked
            assert asked == {fact.name for fact in entry.rule.facts}, rule
