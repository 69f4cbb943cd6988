"""The guideline's composite: relief, a gain besides it, and that it lasts long enough."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reprieve.outcomes.baseline import Baseline
from reprieve.outcomes.composite import Composite, composite
from reprieve.outcomes.diary import DiaryEntry
from reprieve.outcomes.levels import Scores
from reprieve.outcomes.relapse import judge, relapse
from reprieve.outcomes.rules import Answer, Rules
from reprieve.outcomes.weeks import Course, weeks

LAST = date(2026, 3, 1)
Number = int | Decimal | None
Judge = Callable[..., Composite]


@pytest.fixture
def found(eight: Baseline, by_week: Callable[..., tuple[DiaryEntry, ...]], rules: Rules) -> Judge:
    def judged(
        pains: list[Number], course: Course, scores: Scores, opioid_cut: Answer = "unknown"
    ) -> Composite:
        at = LAST + timedelta(days=7 * len(pains) + 1)
        some = weeks(course=course, baseline=eight, diary=by_week(pains), at=at, rules=rules)
        states = judge(some, opioid_baseline=None, rules=rules)
        lost = relapse(states, last_infusion=LAST, rules=rules)
        return composite(
            course=course,
            judged=states,
            relapse=lost,
            scores=scores,
            opioid_cut=opioid_cut,
            rules=rules,
        )

    return judged


HAPPY = Scores(satisfied=True)


@pytest.mark.parametrize(
    ("pains", "lasts", "met"),
    [
        ([3, 3, 3], "yes", "yes"),
        ([3, 3], "unknown", "unknown"),
        ([3, 3, 7, 7], "no", "no"),
        ([3, 3, 3, 7, 7], "yes", "yes"),
        ([7, 7], "no", "no"),
        ([], "unknown", "unknown"),
    ],
)
def test_one_infusion_lasts_three_weeks(
    found: Judge, single: Course, pains: list[Number], lasts: str, met: str
) -> None:
    result = found(pains, single, HAPPY)
    assert (result.lasts, result.met, result.must_last_days) == (lasts, met, 21)


@pytest.mark.parametrize(
    ("pains", "met"),
    [([3] * 6, "yes"), ([3] * 5, "unknown"), ([3] * 5 + [7, 7], "no"), ([3] * 6 + [7, 7], "yes")],
)
def test_a_series_lasts_six_weeks(
    found: Judge, series: Course, pains: list[Number], met: str
) -> None:
    diary_free_series = Course(
        started_at=series.started_at,
        first_infusion=date(2026, 2, 23),
        last_infusion=LAST,
        infusions=6,
    )
    result = found(pains, diary_free_series, HAPPY)
    assert (result.met, result.must_last_days) == (met, 42)


@pytest.mark.parametrize(
    ("scores", "opioid_cut", "met"),
    [
        (Scores(satisfied=True), "unknown", "yes"),
        (Scores(satisfied=False), "no", "unknown"),  # function was not measured
        (Scores(satisfied=False, odi_before=50, odi_now=48), "no", "no"),
        (Scores(satisfied=False, odi_before=50, odi_now=40), "no", "yes"),
        (Scores(satisfied=False, odi_before=50, odi_now=48), "yes", "yes"),
        (Scores(pgic=2), "unknown", "yes"),
        (Scores(pgic=4, satisfied=True), "unknown", "yes"),
        (Scores(pgic=1, satisfied=False, odi_before=50, odi_now=48), "no", "no"),
        (Scores(), "unknown", "unknown"),
    ],
)
def test_relief_alone_is_not_enough(
    found: Judge, single: Course, scores: Scores, opioid_cut: Answer, met: str
) -> None:
    assert found([3, 3, 3], single, scores, opioid_cut).met == met


def test_relief_seen_only_inside_the_course_is_none(found: Judge, single: Course) -> None:
    assert found([7, 7, 7], single, HAPPY).relief == "no"
