"""Baseline: diary before the first infusion, else the labelled recall, never the clinic's value."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from reprieve.knowledge import BadValue
from reprieve.outcomes.baseline import Recall, baseline
from reprieve.outcomes.diary import DiaryEntry
from reprieve.outcomes.rules import Rules

FIRST = date(2026, 2, 8)
Daily = Callable[..., tuple[DiaryEntry, ...]]


def test_four_days_of_the_seven_before_are_enough(daily: Daily, rules: Rules) -> None:
    diary = daily([8, None, 7, None, 8, None, 9], first=date(2026, 2, 1), opioid=30)
    found = baseline(
        diary=diary, first_infusion=FIRST, recall=Recall(day=FIRST, pain=5), rules=rules
    )
    assert (found.source, found.pain, found.days) == ("diary", 8.0, 4)
    assert (found.first, found.last) == (date(2026, 2, 1), date(2026, 2, 7))
    assert found.rescue_opioid_mme == 30.0
    assert str(found.because) == "Mean of 4 diary days before the first infusion."


def test_the_day_of_the_infusion_and_the_eighth_before_do_not_count(
    daily: Daily, rules: Rules
) -> None:
    diary = daily([10, 8, 8, 8, None, None, None, None, 0], first=date(2026, 1, 31))
    found = baseline(diary=diary, first_infusion=FIRST, rules=rules)
    assert (found.source, found.days, found.pain) == ("none", 3, None)
    assert "3 diary days" in str(found.because)


def test_three_days_fall_back_to_the_labelled_recall(daily: Daily, rules: Rules) -> None:
    recall = Recall(day=date(2026, 1, 20), pain=Decimal("6.5"))
    found = baseline(
        diary=daily([8, 8, 8], first=date(2026, 2, 5)),
        first_infusion=FIRST,
        recall=recall,
        in_clinic_pain=9,
        rules=rules,
    )
    assert (found.source, found.pain) == ("recall", 6.5)
    assert "2026-01-20" in str(found.because)
    assert found.rescue_opioid_mme is None


def test_the_value_taken_in_the_clinic_is_no_baseline(rules: Rules) -> None:
    found = baseline(diary=(), first_infusion=FIRST, in_clinic_pain=9, rules=rules)
    assert (found.source, found.pain) == ("none", None)
    assert "in the clinic" in str(found.because)


def test_a_recall_after_the_first_infusion_is_refused(rules: Rules) -> None:
    recall = Recall(day=date(2026, 2, 9), pain=4)
    with pytest.raises(BadValue, match="recall day: 2026-02-09 lies after the first infusion"):
        baseline(diary=(), first_infusion=FIRST, recall=recall, rules=rules)


def test_a_recall_outside_its_scale_is_refused() -> None:
    with pytest.raises(BadValue, match="recall pain"):
        Recall(day=FIRST, pain=11)
