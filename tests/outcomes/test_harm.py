"""Adverse events per 100 infusions against printed tables."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.outcomes.harm import events_per_100, infusions_with_event_per_100
from reprieve.outcomes.rules import Rules

FILE = Path(__file__).parents[1] / "vectors" / "outcomes" / "harm.toml"
VECTORS = tomllib.loads(FILE.read_text())


@pytest.mark.parametrize("case", VECTORS["events"])
def test_events(case: dict[str, Any], rules: Rules) -> None:
    found = events_per_100(events=case["count"], infusions=case["infusions"], rules=rules)
    assert (found.low, found.high) == pytest.approx(
        (case["low"], case["high"]), abs=case["tolerance"]
    )
    assert found.per_100 == 100 * case["count"] / case["infusions"]


@pytest.mark.parametrize("case", VECTORS["affected"])
def test_infusions_with_an_event(case: dict[str, Any], rules: Rules) -> None:
    found = infusions_with_event_per_100(
        affected=case["count"], infusions=case["infusions"], rules=rules
    )
    assert (found.low, found.high) == pytest.approx(
        (case["low"], case["high"]), abs=case["tolerance"]
    )


def test_an_event_in_every_infusion_is_bounded_by_all(rules: Rules) -> None:
    found = infusions_with_event_per_100(affected=10, infusions=10, rules=rules)
    assert (found.per_100, found.high) == (100.0, 100.0)
    assert found.low == pytest.approx(69.15, abs=0.006)


def test_several_events_in_one_infusion_may_pass_100(rules: Rules) -> None:
    assert events_per_100(events=30, infusions=10, rules=rules).per_100 == 300.0


def test_no_infusion_gives_no_figure(rules: Rules) -> None:
    found = events_per_100(events=0, infusions=0, rules=rules)
    assert (found.per_100, found.low, found.high) == (None, None, None)
    assert infusions_with_event_per_100(affected=0, infusions=0, rules=rules) == found


def test_a_wider_interval_holds_the_narrower(rules: Rules) -> None:
    wide = events_per_100(events=4, infusions=50, rules=replace(rules, interval_percent=99))
    narrow = events_per_100(events=4, infusions=50, rules=rules)
    assert wide.low is not None
    assert wide.high is not None
    assert narrow.low is not None
    assert narrow.high is not None
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda r: events_per_100(events=-1, infusions=5, rules=r), "events"),
        (lambda r: events_per_100(events=1, infusions=-5, rules=r), "infusions"),
        (lambda r: infusions_with_event_per_100(affected=6, infusions=5, rules=r), "affected"),
    ],
)
def test_impossible_counts_are_refused(
    call: Callable[[Rules], Any], field: str, rules: Rules
) -> None:
    with pytest.raises(BadValue) as error:
        call(rules)
    assert error.value.field == field
