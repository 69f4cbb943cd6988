"""The registry judges every patient as the follow-up page does, whatever is missing."""

from __future__ import annotations

from collections import Counter

import pytest

from reprieve.outcomes.registry.responses import unit
from reprieve.outcomes.rules import Rules
from tests.outcomes.registry.conftest import Compute
from tests.outcomes.registry.practices import FIRST, Practice, by_chance, one_by_one


@pytest.fixture(scope="module")
def chance() -> Practice:
    return by_chance(1, patients=240)


@pytest.mark.parametrize("at_day", [FIRST + 45, FIRST + 200])
def test_each_patient_is_judged_alike(
    compute: Compute, chance: Practice, rules: Rules, at_day: int
) -> None:
    made = chance
    found = {row["patient"]: row for row in compute(made, at_day=at_day).cases}
    wanted = one_by_one(made, at_day=at_day, rules=rules)
    assert found.keys() == wanted.keys()
    for patient, response in wanted.items():
        row = found[patient]
        pain = response.baseline.exact_pain
        assert row["baseline"] == (None if pain is None else pain * unit(rules))
        assert row["baseline_source"] == response.baseline.source
        assert row["responder"] == response.responder
        assert row["half"] == response.best.r50
        assert row["status"] == response.relapse.status
        assert row["relief_days"] == response.relapse.days
        assert row["expected_days"] == response.expected_days
        assert row["missing_days"] == response.missing_days
        assert row["peg"] == response.peg.met
        assert row["pgic"] == response.pgic_met
        assert response.opioids is not None
        assert row["opioid_cut"] == response.opioids.cut
        assert is_near(row["mme_before"], response.opioids.before.mme)
        assert is_near(row["mme_now"], response.opioids.now.mme)


def is_near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == pytest.approx(other, rel=1e-12)


def test_chance_reaches_every_answer(compute: Compute, chance: Practice) -> None:
    rows = compute(chance, at_day=FIRST + 200).cases
    assert len(Counter(row["status"] for row in rows)) == 4
    for column in ("responder", "half", "peg", "pgic", "opioid_cut"):
        assert len(Counter(row[column] for row in rows)) == 3, column


def test_a_value_on_the_limit_is_a_response(compute: Compute) -> None:
    made = Practice()
    for patient, pain in ((1, 7), (2, 8)):
        made.treated(patient, [FIRST])
        made.wrote(patient, FIRST - 7, [10] * 7)
        made.wrote(patient, FIRST + 1, [pain] * 7)
    rows = compute(made, at_day=FIRST + 30).cases
    assert [row["responder"] for row in rows] == ["yes", "unknown"]


def test_a_dose_belongs_to_the_band_above_its_edge(compute: Compute) -> None:
    made = Practice()
    for patient, given in enumerate([24_499, 24_500, 35_000, 69_999, 70_000]):
        made.treated(patient, [FIRST], ug=given)
    made.treated(9, [FIRST], weight_g=None)
    rows = compute(made, at_day=FIRST + 1).cases
    assert [row["dose_band"] for row in rows] == [0, 1, 2, 2, 3, -1]


def test_courses_part_as_on_the_follow_up_page(compute: Compute) -> None:
    made = Practice()
    made.treated(1, [FIRST, FIRST + 28, FIRST + 57])
    made.treated(2, [FIRST])
    made.treated(2, [FIRST + 7, FIRST + 9], plan="b1", booster=1)
    made.treated(2, [FIRST + 11], plan="b2", booster=1)
    rows = {row["patient"]: row for row in compute(made, at_day=FIRST + 90).cases}
    assert rows[1]["infusions"] == 2
    assert rows[1]["through"] == FIRST + 56
    assert (rows[2]["infusions"], rows[2]["through"]) == (1, FIRST + 6)


def test_side_effects_are_counted_by_infusion(compute: Compute) -> None:
    made = Practice()
    made.treated(1, [FIRST, FIRST + 2, FIRST + 4])
    made.treated(1, [FIRST + 40], plan="q", booster=1)
    made.harmed(1, FIRST, "nausea", 1)
    made.harmed(1, FIRST, "hypertension", 3, 1)
    made.harmed(1, FIRST + 40, "nausea", 2)
    [row] = compute(made, at_day=FIRST + 90).infusions
    assert {name: row[name] for name in ("infusions", "boosters", "events", "affected")} == {
        "infusions": 4, "boosters": 1, "events": 3, "affected": 2,
    }  # fmt: skip
    assert (row["grave"], row["serious"]) == (1, 1)


def test_a_practice_without_patients_is_empty(compute: Compute) -> None:
    made = compute(Practice(), at_day=FIRST)
    assert (made.cases, made.infusions) == ([], [])
