import re

import pytest

from reprieve.clinical.evidence import conditions, evidence, published
from reprieve.clinical.regimens import regimens
from reprieve.knowledge import BadValue

# Words that promise without a condition: the patient's text holds none of them.
PROMISES = re.compile(r"\b(will (help|relieve|work)|cures?|guarantee\w*|always|proven)\b", re.I)


@pytest.mark.parametrize("condition", conditions())
def test_each_condition_says_how_strong_its_evidence_is(condition):
    known = evidence(condition)
    assert known.grade in {"A", "B", "C", "D"}
    assert known.needs_rationale is (known.grade == "D")
    for words in (known.name, known.relief_seen, known.plain, known.full, known.weak):
        assert str(words).strip()
    assert not PROMISES.search(str(known.plain))
    assert all(trial.condition == condition for trial in known.trials)
    assert known.source
    assert known.knowledge_version


def test_grades_are_those_of_the_guideline():
    grades = {name: evidence(name).grade for name in conditions()}
    assert grades.pop("crps") == "B"
    assert grades.pop("spinal-cord-injury") == "C"
    assert set(grades.values()) == {"D"}
    assert "fibromyalgia" in grades


def test_published_regimens_are_reading_matter_with_their_sources():
    rows = published()
    assert len(rows) >= 25
    for row in rows.values():
        assert row.source
        assert row.confirmed in {"yes", "partly", "no"}
        assert row.condition in conditions()
        if row.setting in {"inpatient", "intensive care"} or row.form == "esketamine":
            assert row.library_only
    assert rows["crps-kief08a"].setting == "intensive care"
    assert not set(rows) & set(regimens())


def test_conditions_of_regimens_are_described_or_general():
    for one in regimens().values():
        assert set(one.conditions) <= {*conditions(), "chronic pain"}


def test_an_unknown_condition_names_the_known_ones():
    with pytest.raises(BadValue, match="condition: unknown 'x'; known: cancer, crps"):
        evidence("x")
