"""The figures of groups: who is counted, small cells, and the numbers of the plain functions."""

from __future__ import annotations

from typing import Any

import pytest

from reprieve.outcomes.harm import events_per_100
from reprieve.outcomes.registry.report import Group, report, withheld
from reprieve.outcomes.registry.run import Sheets
from reprieve.outcomes.rules import Rules
from tests.outcomes.registry.conftest import Compute
from tests.outcomes.registry.practices import FIRST, Practice

AT = FIRST + 60
CASE = {
    "condition": "crps", "regimen": "r", "dose_band": 1, "responder": "yes", "half": "no",
    "peg": "yes", "pgic": "no", "opioid_cut": "yes", "mme_before": 60.0, "mme_now": 30.0,
    "status": "relapsed", "relief_days": 15, "expected_days": 50, "missing_days": 10,
}  # fmt: skip


def cases(condition: str, size: int, **changes: Any) -> list[dict[str, Any]]:
    return [{**CASE, "patient": n, "condition": condition, **changes} for n in range(size)]


def given(condition: str, infusions: int, **changes: Any) -> dict[str, Any]:
    return {
        "condition": condition, "regimen": "r", "dose_band": 1, "infusions": infusions,
        "boosters": 0, "events": 0, "grave": 0, "serious": 0, "affected": 0, **changes,
    }  # fmt: skip


def groups(rules: Rules, *rows: list[dict[str, Any]], by: str = "condition") -> tuple[Group, ...]:
    flat = [row for some in rows for row in some]
    sheets = Sheets(cases=flat, infusions=[given("crps", 100)])
    return report(sheets, at_day=AT, rules=rules).groups[by]


def group(found: tuple[Group, ...], key: str) -> Group:
    return next(one for one in found if one.key == key)


def practice() -> Practice:
    """20 patients; the first half keeps its relief, the rest loses it after two weeks."""
    made = Practice()
    for patient in range(20):
        made.treated(patient, [FIRST, FIRST + 2])
        made.wrote(patient, FIRST - 7, [8] * 7)
        made.wrote(patient, FIRST + 3, [2] * 14 + [2 if patient < 10 else 8] * 35)
        if patient % 4 == 0:
            made.harmed(patient, FIRST, "nausea")
    return made


def test_a_group_says_what_was_seen(compute: Compute, rules: Rules) -> None:
    crps = report(compute(practice(), at_day=AT), at_day=AT, rules=rules).everybody
    assert (crps.patients, crps.infusions) == (20, 40)
    assert crps.responders is not None
    assert (crps.responders.met, crps.responders.judged, crps.responders.percent) == (20, 20, 100)
    assert crps.relief is not None
    assert (crps.relief.relapses, crps.relief.median_days) == (10, 15)
    assert crps.events == events_per_100(events=5, infusions=40, rules=rules)
    assert crps.missing_percent == pytest.approx(100 * 8 / 57)


def test_groups_are_compared_with_all_others(rules: Rules) -> None:
    found = groups(rules, cases("crps", 20), cases("other", 20, status="censored"))
    test = group(found, "crps").against_rest
    assert test is not None
    assert test.p_value is not None
    assert test.p_value < 0.001


def test_a_small_group_shows_nothing(rules: Rules) -> None:
    found = groups(rules, cases("crps", 30), cases("fibromyalgia", 6), cases("other", 5))
    for key in ("fibromyalgia", "other"):
        small = group(found, key)
        assert small.withheld is not None
        shown = set(Group.__dataclass_fields__) - {"key", "withheld"}
        assert [getattr(small, name) for name in shown] == [None] * len(shown)
    assert group(found, "crps").patients == 30


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 40, "b": 20}, set()),
        ({"a": 40, "b": 20, "c": 3}, {"b", "c"}),  # else the total less a and b tells c
        ({"a": 40, "b": 6, "c": 5}, {"b", "c"}),
        ({"a": 40, "b": 10}, {"a", "b"}),
        ({"a": 10}, {"a"}),
        ({}, set()),
    ],
)
def test_what_is_hidden_cannot_be_found_by_subtraction(
    rules: Rules, sizes: dict[str, int], hidden: set[str]
) -> None:
    assert withheld(sizes, rules=rules) == hidden


def test_too_few_judged_show_no_share(rules: Rules) -> None:
    nothing = {"responder": "unknown", "status": "unknown", "relief_days": None, "mme_now": None}
    [found] = groups(rules, cases("crps", 10), cases("crps", 20, **nothing))
    assert found.patients == 30
    assert found.responders is not None
    assert found.responders.percent is None
    assert found.relief is not None
    assert found.relief.withheld is not None
    assert (found.opioid_before, found.opioid_now) == (None, None)


def test_a_practice_too_small_shows_nothing_at_all(rules: Rules) -> None:
    few = Sheets(cases=cases("crps", 10), infusions=[given("crps", 10)])
    found = report(few, at_day=AT, rules=rules)
    assert found.everybody.withheld is not None
    assert [one.withheld is None for one in found.groups["condition"]] == [False]


def test_infusions_of_a_group_nobody_began_with_are_not_shown(rules: Rules) -> None:
    sheets = Sheets(cases=cases("crps", 20), infusions=[given("crps", 40), given("other", 2)])
    found = report(sheets, at_day=AT, rules=rules).groups["condition"]
    assert group(found, "other").withheld is not None


def test_days_of_which_none_was_due_have_no_missing_share(rules: Rules) -> None:
    [found] = groups(rules, cases("crps", 12, expected_days=0, missing_days=0), by="regimen")
    assert found.missing_percent is None


def test_the_report_names_the_definitions(rules: Rules) -> None:
    found = report(Sheets(cases=[], infusions=[]), at_day=AT, rules=rules)
    assert (found.versions, found.at_day) == (rules.versions, AT)
