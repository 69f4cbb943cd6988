"""Kaplan-Meier and log-rank against numbers from outside, and small groups withheld."""

import math
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.outcomes.relapse import Relapse
from reprieve.outcomes.rules import Rules
from reprieve.outcomes.survival import Curve, Span, kaplan_meier, log_rank, spans, without_tail

FILE = Path(__file__).parents[1] / "vectors" / "outcomes" / "survival.toml"
VECTORS = tomllib.loads(FILE.read_text())
GROUPS = {group["name"]: group for group in VECTORS["group"]}


def group_of(name: str) -> list[Span]:
    group = GROUPS[name]
    pairs = zip(group["days"], group["relapsed"], strict=True)
    return [Span(days=days, relapsed=relapsed) for days, relapsed in pairs]


@pytest.mark.parametrize("name", GROUPS)
def test_the_curve_equals_the_other_program(name: str, rules: Rules) -> None:
    group, curve = GROUPS[name], kaplan_meier(group_of(name), rules=rules)
    near = VECTORS["tolerance"]
    assert [s.days for s in curve.steps] == group["at"]
    assert [s.share for s in curve.steps] == pytest.approx(group["share"], abs=near)
    assert curve.median_days == group.get("median")
    for step, low, high in zip(curve.steps, group["low"], group["high"], strict=True):
        if 0 < step.share < 1:
            assert (step.low, step.high) == pytest.approx((low, high), abs=near)


@pytest.mark.parametrize("test", VECTORS["test"], ids=lambda t: f"{t['one']}/{t['other']}")
def test_log_rank_equals_the_other_program(test: dict[str, Any], rules: Rules) -> None:
    found = log_rank(group_of(test["one"]), group_of(test["other"]), rules=rules)
    assert found.chi_square == pytest.approx(test["chi_square"], rel=1e-7)
    assert found.p_value == pytest.approx(test["p_value"], rel=1e-7)
    assert found.withheld is None


def test_at_risk_and_relapses_are_counted(rules: Rules) -> None:
    first, second, *_ = kaplan_meier(group_of("few ties"), rules=rules).steps
    assert (first.days, first.at_risk, first.relapses) == (6, 21, 3)
    assert (second.days, second.at_risk, second.relapses) == (7, 17, 1)


def test_where_no_interval_exists_there_is_none(rules: Rules) -> None:
    curve = kaplan_meier([Span(days=n, relapsed=n > 3) for n in range(1, 13)], rules=rules)
    assert (curve.steps[0].share, curve.steps[0].low, curve.steps[0].high) == (1.0, None, None)
    assert (curve.steps[-1].share, curve.steps[-1].high) == (0.0, None)
    assert not any(math.isnan(s.share) for s in curve.steps)


def test_a_small_group_is_withheld_whole(rules: Rules) -> None:
    few = [Span(days=5, relapsed=True)] * 10
    curve = kaplan_meier(few, rules=rules)
    assert curve == Curve(
        patients=None, relapses=None, steps=(), median_days=None, withheld=curve.withheld
    )
    assert str(curve.withheld) == "Fewer than 11 patients: not shown."
    assert kaplan_meier([*few, *few[:1]], rules=rules).patients == 11
    compared = log_rank(few, group_of("placebo"), rules=rules)
    assert (compared.p_value, str(compared.withheld)) == (None, str(curve.withheld))


def test_a_curve_ends_where_few_are_left(rules: Rules) -> None:
    """Twenty followed, three of them long: the last one's relapse tells nothing of the others."""
    group = [Span(days=40, relapsed=n < 4) for n in range(17)]
    group += [Span(days=100, relapsed=False), Span(days=200, relapsed=False)]
    whole = kaplan_meier([*group, Span(days=330, relapsed=True)], rules=rules)
    assert (whole.median_days, whole.steps[-1].share, whole.ends_day) == (330, 0.0, None)
    assert rules.curve_min_at_risk == 5
    cut = without_tail(whole, rules=rules)
    assert [(s.days, s.share) for s in cut.steps] == [(40, pytest.approx(0.8))]
    assert (cut.median_days, cut.ends_day, cut.patients) == (None, 41, 20)
    early = kaplan_meier([Span(days=n, relapsed=True) for n in range(1, 21)], rules=rules)
    assert without_tail(early, rules=rules).median_days == early.median_days == 10
    assert without_tail(early, rules=rules).steps[-1].at_risk == 5
    short = kaplan_meier([Span(days=9, relapsed=False)] * 12, rules=rules)
    assert without_tail(short, rules=rules) == short


def test_nobody_relapsed_is_nothing_to_compare(rules: Rules) -> None:
    held = [Span(days=30, relapsed=False)] * 12
    compared = log_rank(held, held, rules=rules)
    assert (compared.chi_square, str(compared.withheld)) == (
        None,
        "Nobody relapsed: there is nothing to compare.",
    )


def test_relapses_without_anybody_to_compare_give_no_test(rules: Rules) -> None:
    early = [Span(days=1, relapsed=False)] * 12
    late = [Span(days=30, relapsed=True)] * 12
    compared = log_rank(early, late, rules=rules)
    assert (compared.chi_square, compared.p_value) == (None, None)
    assert "one group alone" in str(compared.withheld)


def test_courses_without_a_response_have_no_relief_to_lose() -> None:
    found = spans(
        [
            Relapse(status="relapsed", since=date(2026, 3, 16), days=15),
            Relapse(status="censored", since=None, days=28),
            Relapse(status="no-response", since=None, days=None),
            Relapse(status="unknown", since=None, days=None),
        ]
    )
    assert found == (Span(days=15, relapsed=True), Span(days=28, relapsed=False))


def test_days_below_zero_are_refused() -> None:
    with pytest.raises(BadValue, match="days"):
        Span(days=-1, relapsed=False)
