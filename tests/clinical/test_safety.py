"""The register of rules: found by file, complete in its data, adjustable by a clinic."""

from datetime import date
from pathlib import Path

import pytest

from reprieve import knowledge
from reprieve.clinical import safety
from reprieve.clinical.findings import Outcome, Step, blocking
from reprieve.clinical.safety.medicines import unrecognised
from reprieve.knowledge import BadValue

FOLDER = Path(safety.__file__).parent


def one(rule, found):
    return next(f for f in found if f.rule == rule)


def test_every_rule_file_is_registered_and_has_its_data():
    files = {p.relative_to(FOLDER).with_suffix("") for p in FOLDER.glob("*/*.py")}
    data = {p.relative_to(FOLDER).with_suffix("") for p in FOLDER.glob("*/*.toml")}
    rules = {p for p in files if p.name != "__init__"}
    assert rules == data
    assert {f"{p.parent}/{p.name.replace('_', '-')}" for p in rules} == {
        f"{e.chapter}/{e.name}" for e in safety.rules()
    }
    assert len({e.name for e in safety.rules()}) == len(rules)


def test_every_rule_states_source_date_and_whether_it_is_verified():
    for entry in safety.rules():
        package = f"reprieve.clinical.safety.{entry.chapter}"
        data = knowledge.load(package, entry.name.replace("-", "_")).data
        assert isinstance(data["valid_from"], date)
        assert isinstance(data["verified"], bool)
        assert data["source"].strip()
        assert set(data) <= {"severity", "severity_when_unknown", "overridable", "source",
                             "verified", "valid_from", "numbers", "medicines"}  # fmt: skip


def test_a_fact_is_declared_the_same_wherever_it_is_read():
    for entry in safety.rules():
        for fact in entry.rule.facts:
            assert fact == safety.catalogue()[fact.name]
            assert fact.question.endswith("?")


def test_the_facts_of_a_step_can_be_listed_for_a_form():
    names = [fact.name for fact in safety.facts_at(Step.DISCHARGE)]
    assert names == sorted(names)
    assert "padss_score" in names
    assert "consent_valid" not in names


def test_hold_asks_for_two_more_readings_and_then_for_nobody():
    reading = {"spo2_percent": 92}
    for again, needs in [(None, True), (1, True), (2, False)]:
        found = safety.examine(facts={**reading, "remeasured_n": again}, step=Step.START)
        assert ("remeasured_n" in one("spo2-hold", found).needs) is needs


def test_finding_names_the_medicines_it_found_and_the_version_of_its_data():
    taken = {"medicines": [" Morphine ", "2598"]}
    found = safety.examine(facts=taken, step=Step.EVALUATION)
    assert "morphine" in str(one("opioids", found).says)
    assert "clonazepam" in str(one("benzodiazepines", found).says)
    assert knowledge.__version__ in one("opioids", found).knowledge_version
    assert unrecognised(["Morphine", "7052", "moon dust "]) == ("moon dust",)


def test_a_clinic_may_set_its_own_numbers_and_the_version_says_so():
    own = {"fasting-solids": {"at_least_h": 8}}
    found = safety.examine(facts={"solids_fasted_h": 7}, step=Step.START, own_numbers=own)
    assert one("fasting-solids", found).outcome is Outcome.FINDS
    assert one("fasting-solids", found).knowledge_version.endswith(";at_least_h=8")
    shipped = safety.examine(facts={"solids_fasted_h": 7}, step=Step.START)
    assert one("fasting-solids", shipped).outcome is Outcome.CLEAR


@pytest.mark.parametrize(
    ("own", "error"),
    [
        ({"no-such-rule": {}}, "no-such-rule: unknown rule"),
        ({"fasting-solids": {"hours": 8}}, "fasting-solids.hours: unknown number"),
        ({"opioids": {"medicines": 1}}, "opioids.medicines: unknown number"),
        ({"fasting-solids": {"at_least_h": "8"}}, "fasting-solids.at_least_h: must be a number"),
        ({"fasting-solids": {"at_least_h": True}}, "fasting-solids.at_least_h: must be a number"),
        ({"fasting-solids": {"at_least_h": float("nan")}}, "at_least_h: must be a number"),
    ],
)
def test_unusable_numbers_of_a_clinic_are_refused(own, error):
    with pytest.raises(BadValue, match=error):
        safety.examine(facts={}, step=Step.START, own_numbers=own)


def test_no_class_is_clear_of_a_medicine_in_no_list_until_somebody_looked_it_up():
    facts = {"medicines": ["Theo-Brand", "oxycodone"]}
    found = safety.examine(facts=facts, step=Step.START)
    chapter = {e.name for e in safety.rules() if e.chapter == "interactions"}
    answers = {f.rule: f for f in found if f.rule in chapter}
    assert {r for r, f in answers.items() if f.outcome is Outcome.CLEAR} == set()
    assert {r for r, f in answers.items() if f.outcome is Outcome.FINDS} == {
        "opioids", "not-recognised"}  # fmt: skip
    assert {f.needs for r, f in answers.items() if r != "opioids"} == {
        ("medicines_checked_by_hand",)}  # fmt: skip
    assert "theophylline" in {f.rule for f in blocking(found)}
    looked_up = facts | {"medicines_checked_by_hand": ["theo-brand"]}
    again = {f.rule: f for f in safety.examine(facts=looked_up, step=Step.START)}
    assert {r for r in chapter if again[r].outcome is not Outcome.CLEAR} == {"opioids"}


def test_a_code_names_the_drug_and_a_name_its_own_entry():
    for taken, named in (("4337", "(fentanyl)"), ("fentanyl-patch", "(fentanyl-patch)")):
        found = safety.examine(facts={"medicines": [taken]}, step=Step.START)
        assert named in str(one("opioids", found).says)


def test_the_alcohol_limit_follows_the_sex_on_file_and_says_when_it_cannot():
    def asked(**facts):
        return one("alcohol-score", safety.examine(facts=facts, step=Step.EVALUATION))

    assert asked(audit_c_score=3, sex="male").outcome is Outcome.CLEAR
    known = asked(audit_c_score=3, sex="female")
    assert (known.outcome, known.needs) == (Outcome.FINDS, ())
    for facts in ({}, {"sex": "other"}):
        safer = asked(audit_c_score=3, **facts)
        assert (safer.outcome, safer.needs) == (Outcome.FINDS, ("sex",))
        assert "the lower one" in str(safer.says)
