"""Levels of response and changes of scores, with their limits met exactly."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.outcomes.levels import (
    Scores,
    activity_change,
    bpi_change,
    either,
    every,
    goal_gain,
    level,
    odi_change,
    peg_change,
    pgic_met,
    promis_change,
)
from reprieve.outcomes.rules import Answer, Rules


@pytest.mark.parametrize(
    ("relief", "r30", "r50", "immpact"),
    [
        (None, "unknown", "unknown", "unknown"),
        (Fraction(-20), "no", "no", "none"),
        (Fraction(99, 10), "no", "no", "none"),
        (Fraction(10), "no", "no", "minimal"),
        (Fraction(2999, 100), "no", "no", "minimal"),
        (Fraction(30), "yes", "no", "moderate"),
        (Fraction(50), "yes", "yes", "substantial"),
    ],
)
def test_levels(relief: Fraction | None, r30: str, r50: str, immpact: str, rules: Rules) -> None:
    found = level(relief, rules=rules)
    assert (found.r30, found.r50, found.immpact) == (r30, r50, immpact)
    assert found.relief_percent == (None if relief is None else float(relief))


@pytest.mark.parametrize(
    ("before", "now", "percent", "met"),
    [
        (Decimal(7), Decimal("4.9"), 30.0, "yes"),
        (7, 5, pytest.approx(28.57, abs=0.01), "no"),
        (0, 0, None, "unknown"),
        (None, 5, None, "unknown"),
        (7, None, None, "unknown"),
    ],
)
def test_peg(before: Any, now: Any, percent: Any, met: str, rules: Rules) -> None:
    found = peg_change(Scores(peg_before=before, peg_now=now), rules=rules)
    assert (found.percent, found.met) == (percent, met)


def test_what_has_no_level_is_still_compared() -> None:
    scores = Scores(activity_before=8, activity_now=5, promis_before=Decimal("63.8"))
    activity, promis = activity_change(scores), promis_change(scores)
    assert (activity.points, activity.met) == (3.0, "unknown")
    assert (promis.before, promis.points, promis.met) == (63.8, None, "unknown")
    with pytest.raises(BadValue, match="promis_now"):
        Scores(promis_now=101)


def test_bpi_is_met_by_a_point(rules: Rules) -> None:
    scores = Scores(bpi_interference_before=6, bpi_interference_now=5)
    found = bpi_change(scores, rules=rules)
    assert (found.before, found.now, found.points, found.met) == (6.0, 5.0, 1.0, "yes")


@pytest.mark.parametrize(
    ("before", "now", "met"),
    [
        (50, 40, "yes"),
        (40, 34, "yes"),  # 6 points, but 15 percent
        (90, 80, "yes"),  # 11 percent, but 10 points
        (70, 61, "yes"),  # 12.86 percent
        (70, 62, "no"),
    ],
)
def test_odi_is_met_by_points_or_percent(before: Any, now: Any, met: str, rules: Rules) -> None:
    assert odi_change(Scores(odi_before=before, odi_now=now), rules=rules).met == met


def test_odi_meets_its_percent_exactly(rules: Rules) -> None:
    scores = Scores(odi_before=Decimal("62.5"), odi_now=Decimal("54.5"))
    assert odi_change(scores, rules=rules).met == "yes"


def test_the_goal_rises_towards_what_the_patient_wants() -> None:
    assert goal_gain(Scores(goal_before=2, goal_now=7)) == 5.0
    assert goal_gain(Scores(goal_before=2)) is None


@pytest.mark.parametrize(("pgic", "met"), [(None, "unknown"), (1, "yes"), (2, "yes"), (3, "no")])
def test_pgic(pgic: int | None, met: str, rules: Rules) -> None:
    assert pgic_met(Scores(pgic=pgic), rules=rules) == met


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"pgic": 0}, "pgic"),
        ({"pgic": 8}, "pgic"),
        ({"peg_now": 11}, "peg_now"),
        ({"goal_before": -1}, "goal_before"),
        ({"bpi_interference_now": Decimal("NaN")}, "bpi_interference_now"),
    ],
)
def test_a_score_outside_its_range_is_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(BadValue) as error:
        Scores(**values)
    assert error.value.field == field


@pytest.mark.parametrize(
    ("answers", "any_of", "all_of"),
    [
        (("yes", "no", "unknown"), "yes", "no"),
        (("no", "no"), "no", "no"),
        (("no", "unknown"), "unknown", "no"),
        (("yes", "unknown"), "yes", "unknown"),
        (("yes", "yes"), "yes", "yes"),
    ],
)
def test_three_valued_logic(answers: tuple[Answer, ...], any_of: str, all_of: str) -> None:
    assert either(*answers) == any_of
    assert every(*answers) == all_of
