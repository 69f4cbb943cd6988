"""Loss of relief on hand-made courses. Baseline 8: relief of 30 % is pain of 5.6."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from reprieve.outcomes.baseline import Baseline
from reprieve.outcomes.diary import DiaryEntry
from reprieve.outcomes.relapse import Judged, fading, judge, relapse, responded
from reprieve.outcomes.rules import Rules
from reprieve.outcomes.weeks import Course, weeks

LAST = date(2026, 3, 1)
Number = int | Decimal | None
Daily = Callable[..., tuple[DiaryEntry, ...]]
Judge = Callable[..., tuple[Judged, ...]]


@pytest.fixture
def judged(single: Course, eight: Baseline, by_week: Daily, rules: Rules) -> Judge:
    """Judge whole weeks of pain after one infusion, seen the day the last of them is over."""

    def found(pains: list[Number], course: Course = single) -> tuple[Judged, ...]:
        at = LAST + timedelta(days=7 * len(pains) + 1)
        entries = by_week(pains)
        some = weeks(course=course, baseline=eight, diary=entries, at=at, rules=rules)
        return judge(some, opioid_baseline=eight.exact_opioid, rules=rules)

    return found


@pytest.mark.parametrize(
    ("pains", "status", "days"),
    [
        ([3, 3, 6, 6], "relapsed", 15),
        ([3, 6, 3, 6, 6], "relapsed", 22),  # one lost week is none
        ([3, 6, None, 6, 6], "relapsed", 22),  # a missing week parts two lost ones
        ([3, 6, None, 6], "censored", 28),
        ([3, 3, 3], "censored", 21),
        ([3, 3, None, None], "censored", 14),  # knowledge ends with the diary
        ([5, Decimal("5.9"), Decimal("5.9")], "censored", 21),  # below 30 %, yet within a point
        ([5, 6, 6], "relapsed", 8),  # below 30 % and just a point above the best
        ([5, Decimal("5.6"), Decimal("5.6")], "censored", 21),  # 30 % exactly still holds
        ([7, 7, 8], "no-response", None),
        ([7, None, 7], "unknown", None),  # the best week may be the one that is missing
        ([None, None], "unknown", None),
        ([], "unknown", None),
        ([6, 3, 6, 6, 3], "relapsed", 15),  # later recovery does not undo the event
        ([8, 8, 3, 8, 8], "relapsed", 22),  # weeks before the response are no loss
    ],
)
def test_relapse_after_one_infusion(
    judged: Judge, pains: list[Number], status: str, days: int | None, rules: Rules
) -> None:
    found = relapse(judged(pains), last_infusion=LAST, rules=rules)
    assert (found.status, found.days) == (status, days)
    since = None if status != "relapsed" or days is None else LAST + timedelta(days=days)
    assert found.since == since


@pytest.mark.parametrize(
    ("pains", "answer", "since", "why"),
    [
        ([3, 3, 6, 6], "yes", date(2026, 3, 16), "Relief lost in 2 weeks in a row"),
        ([3, 3, 6, 6, None], "yes", date(2026, 3, 16), "Relief lost"),  # silence undoes nothing
        ([3, 3, 6, 6, 3], "no", None, "Relief held"),
        ([3, 6, 6, 3, 6, 6], "yes", date(2026, 3, 30), "since 2026-03-30"),
        ([3, 3], "no", None, "Relief held"),
        ([3, 3, 6], "unknown", None, "a second in a row"),
        ([3, 3, None], "unknown", None, "Too few diary days in the last whole week"),
        ([3, 3, 6, None], "unknown", None, "Too few diary days in the last"),
        ([3, 6, None, 6], "unknown", None, "a second in a row"),
        ([7, 7], "no", None, "No response was seen"),
        ([7, None], "unknown", None, "whether there was a response"),
        ([], "unknown", None, "No whole week"),
    ],
)
def test_fading_now(
    judged: Judge, pains: list[Number], answer: str, since: date | None, why: str, rules: Rules
) -> None:
    found = fading(judged(pains), rules=rules)
    assert (found.answer, found.since) == (answer, since)
    assert why in str(found.because)
    assert bool(found.needs) == (answer == "unknown")


def test_an_unknown_says_until_when_the_diary_is_needed(judged: Judge, rules: Rules) -> None:
    (need,) = fading(judged([3, 6]), rules=rules).needs
    assert str(need).endswith("until 2026-03-22.")


def test_a_response_inside_the_series_is_lost_from_the_first_week(
    series: Course, eight: Baseline, by_week: Daily, rules: Rules
) -> None:
    diary = by_week([7, 4, 3, 7, 7], first=date(2026, 2, 9))
    some = weeks(course=series, baseline=eight, diary=diary, at=date(2026, 3, 16), rules=rules)
    found = judge(some, opioid_baseline=None, rules=rules)
    assert [j.state for j in found] == ["held", "held", "held", "lost", "lost"]
    lost = relapse(found, last_infusion=LAST, rules=rules)
    assert (lost.status, lost.days, lost.since) == ("relapsed", 1, date(2026, 3, 2))
    assert fading(found, rules=rules).answer == "yes"


def test_a_response_inside_the_series_alone_is_censored_at_its_end(
    series: Course, eight: Baseline, by_week: Daily, rules: Rules
) -> None:
    diary = by_week([7, 4, 3], first=date(2026, 2, 9))
    some = weeks(course=series, baseline=eight, diary=diary, at=date(2026, 3, 2), rules=rules)
    found = judge(some, opioid_baseline=None, rules=rules)
    lost = relapse(found, last_infusion=LAST, rules=rules)
    assert (lost.status, lost.days) == ("censored", 0)


@pytest.mark.parametrize(
    ("baseline_mme", "mmes", "states"),
    [
        (20, [10, 20, 25], ["held", "lost", "lost"]),  # back at baseline after a cut
        (20, [20, 20, 20], ["held", "held", "held"]),  # never cut: no gain to lose
        (0, [0, 0, 0], ["held", "held", "held"]),
        (None, [10, 20, 25], ["held", "held", "held"]),
        (20, [10, None, 20], ["held", "unknown", "lost"]),
        (20, [None, 10, 19], ["held", "held", "held"]),
    ],
)
def test_rescue_opioid_back_at_baseline_is_a_loss(
    baseline_mme: int | None,
    mmes: list[int | None],
    states: list[str],
    single: Course,
    eight: Baseline,
    daily: Daily,
    rules: Rules,
) -> None:
    opioid = None if baseline_mme is None else Fraction(baseline_mme)
    baseline = replace(eight, exact_opioid=opioid)
    diary = [
        entry
        for n, mme in enumerate(mmes)
        for entry in daily([3] * 7, first=date(2026, 3, 2 + 7 * n), opioid=mme)
    ]
    some = weeks(course=single, baseline=baseline, diary=diary, at=date(2026, 3, 23), rules=rules)
    assert [j.state for j in judge(some, opioid_baseline=opioid, rules=rules)] == states


def test_the_opioid_shows_a_loss_where_pain_is_missing(
    single: Course, eight: Baseline, daily: Daily, rules: Rules
) -> None:
    diary = (
        *daily([3] * 7, first=date(2026, 3, 2), opioid=5),
        *daily([None] * 14, first=date(2026, 3, 9), opioid=20),
    )
    some = weeks(course=single, baseline=eight, diary=diary, at=date(2026, 3, 23), rules=rules)
    found = judge(some, opioid_baseline=Fraction(20), rules=rules)
    assert relapse(found, last_infusion=LAST, rules=rules).days == 8


def test_no_baseline_knows_no_response(
    single: Course, eight: Baseline, by_week: Daily, rules: Rules
) -> None:
    none = replace(eight, exact_pain=None, source="none")
    some = weeks(
        course=single, baseline=none, diary=by_week([2, 2]), at=date(2026, 3, 16), rules=rules
    )
    found = judge(some, opioid_baseline=None, rules=rules)
    assert responded(found, rules=rules) == "unknown"
    assert {j.state for j in found} == {"unknown"}
