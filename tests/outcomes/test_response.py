"""The whole response as the follow-up page shows it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from reprieve.clinical.mme import OpioidDose
from reprieve.knowledge import Message
from reprieve.outcomes.baseline import Baseline
from reprieve.outcomes.diary import DiaryEntry
from reprieve.outcomes.levels import Scores
from reprieve.outcomes.opioids import OpioidDay, daily_mme, opioid_change
from reprieve.outcomes.response import respond
from reprieve.outcomes.rules import Rules
from reprieve.outcomes.weeks import Course

LAST = date(2026, 3, 1)
Daily = Callable[..., tuple[DiaryEntry, ...]]


def test_a_responder_whose_relief_fades(
    series: Course, eight: Baseline, by_week: Daily, rules: Rules
) -> None:
    diary = by_week([6, 4, 3, 3, 4, 6, 7], first=date(2026, 2, 9))
    found = respond(
        course=series,
        baseline=eight,
        diary=diary,
        scores=Scores(peg_before=7, peg_now=4, pgic=2),
        at=date(2026, 3, 30),
        rules=rules,
    )
    assert (found.responder, found.fading.answer) == ("yes", "yes")
    assert found.fading.since == date(2026, 3, 16)
    assert found.best_week is not None
    assert (found.best_week.first, found.best.r50) == (date(2026, 2, 23), "yes")
    assert (found.now.relief_percent, found.now.r30, found.now.immpact) == (12.5, "no", "minimal")
    assert found.onset is not None
    assert (found.onset.days, found.onset.hours) == (8, None)
    assert found.duration is not None
    assert (found.duration.days, found.duration.censored) == (28, False)
    assert (found.relapse.status, found.relapse.days) == ("relapsed", 15)
    assert (found.peg.met, found.pgic_met, found.composite.lasts) == ("yes", "yes", "no")
    assert (found.expected_days, found.missing_days) == (28, 0)
    assert found.versions == rules.versions


def test_nothing_known_is_unknown_and_says_so(single: Course, rules: Rules) -> None:
    nothing = Baseline(
        source="none",
        exact_pain=None,
        exact_opioid=None,
        days=0,
        first=date(2026, 2, 22),
        last=date(2026, 2, 28),
        because=Message(id="No baseline."),
    )
    found = respond(course=single, baseline=nothing, diary=(), at=date(2026, 3, 16), rules=rules)
    answers = (found.responder, found.fading.answer, found.now.r30, found.peg.met, found.pgic_met)
    assert set(answers) == {"unknown"}
    assert (found.best_week, found.onset, found.duration) == (None, None, None)
    assert (found.expected_days, found.missing_days) == (14, 14)
    said = [str(message) for message in found.unknown]
    assert "No baseline." in said
    assert "2 of 2 weeks have too few diary days." in said
    assert "Opioid doses were not compared." in said
    assert len(said) == 7


def test_all_known_leaves_no_unknown(
    single: Course, eight: Baseline, by_week: Daily, rules: Rules
) -> None:
    days = [
        OpioidDay(day=day, doses=(OpioidDose(drug="morphine", amount=Decimal(mg)),))
        for day, mg in [(date(2026, 2, 22 + n), 40) for n in range(7)]
        + [(date(2026, 3, 2 + n), 20) for n in range(21)]
    ]
    at = date(2026, 3, 23)
    change = opioid_change(days=daily_mme(days=days), first_infusion=LAST, at=at, rules=rules)
    found = respond(
        course=single,
        baseline=replace(eight, exact_opioid=Fraction(40)),
        diary=[replace(e, rescue_opioid_mme=Decimal(20)) for e in by_week([3, 3, 3])],
        scores=Scores(peg_before=7, peg_now=4, pgic=3, satisfied=False),
        opioids=change,
        at=at,
        rules=rules,
    )
    assert found.unknown == ()
    assert found.composite.met == "yes"
    assert (found.fading.answer, found.relapse.status) == ("no", "censored")
    assert found.duration is not None
    assert (found.duration.days, found.duration.censored) == (20, True)


def test_entries_of_today_wait_until_tomorrow(
    single: Course, eight: Baseline, by_week: Daily, rules: Rules
) -> None:
    diary = by_week([3, 8])
    found = respond(course=single, baseline=eight, diary=diary, at=date(2026, 3, 9), rules=rules)
    assert (len(found.weeks), found.now.relief_percent) == (1, 62.5)


def test_days_before_the_first_infusion_never_enter_the_last_window(
    single: Course, eight: Baseline, daily: Daily, rules: Rules
) -> None:
    diary = daily([8, 8, 8, 8, 2, 2, 2], first=date(2026, 2, 26))
    found = respond(course=single, baseline=eight, diary=diary, at=date(2026, 3, 5), rules=rules)
    assert found.now.r30 == "unknown"


def test_a_baseline_without_pain_has_no_percent(
    single: Course, eight: Baseline, by_week: Daily, rules: Rules
) -> None:
    painless = replace(eight, exact_pain=Fraction(0))
    found = respond(
        course=single, baseline=painless, diary=by_week([1]), at=date(2026, 3, 9), rules=rules
    )
    assert found.now.r30 == "unknown"
    assert "Baseline pain is 0: no change in percent exists." in map(str, found.unknown)


def test_the_course_seen_before_it_ends_has_no_days_to_miss(
    series: Course, eight: Baseline, rules: Rules
) -> None:
    found = respond(course=series, baseline=eight, diary=(), at=date(2026, 2, 20), rules=rules)
    assert (found.expected_days, found.missing_days) == (0, 0)


def test_a_later_infusion_censors(
    single: Course, eight: Baseline, by_week: Daily, rules: Rules
) -> None:
    ended = replace(single, follow_up_ends=date(2026, 3, 16))
    found = respond(
        course=ended, baseline=eight, diary=by_week([3, 3, 8, 8]), at=date(2026, 6, 1), rules=rules
    )
    assert (found.relapse.status, found.relapse.days) == ("censored", 14)
    assert found.expected_days == 14
