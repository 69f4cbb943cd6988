"""What was said of a week beside what came: complete weeks, no day twice, no treatment between."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from reprieve.outcomes.forecasts import (
    WEEK,
    Crossing,
    Said,
    Week,
    compare,
    crossing,
    crossing_of,
    lost_above,
    record,
)
from reprieve.outcomes.response import respond
from reprieve.outcomes.rules import rules

DAY = date(2026, 3, 2)
RULES = rules(on=date(2026, 12, 1))


def said(made: date, *means: float, fits: bool | None = None) -> Said:
    weeks = (
        Week(first=made + n * WEEK, mean=mean, low=mean - 1, high=mean + 1)
        for n, mean in enumerate(means)
    )
    return Said(made=made, weeks=tuple(weeks), fits=fits)


def diary(pain: int, *, days: int = 60, missing: frozenset[int] = frozenset()):
    return {DAY + timedelta(days=n): Fraction(pain) for n in range(days) if n not in missing}


def held(every, *, daily, infusions=(), until=DAY + timedelta(days=60), ahead=1):
    return compare(
        every, daily=daily, infusions=infusions, until=until, ahead=ahead, rules=RULES
    )


def test_nightly_forecasts_are_compared_a_week_apart():
    every = [said(DAY + timedelta(days=n), 5, 5, 5) for n in range(22)]
    found = held(every, daily=diary(4))
    assert [one.made for one in found] == [DAY, DAY + WEEK, DAY + 2 * WEEK, DAY + 3 * WEEK]
    assert {(one.week.first - one.made, one.seen) for one in found} == {(WEEK, 4.0)}
    assert held(every[:15], daily=diary(4)) == found[:3]
    assert held(every, daily=diary(4), ahead=3) == ()


def test_a_week_that_is_not_over_or_hardly_answered_is_not_compared():
    one = [said(DAY, 5, 5)]
    assert held(one, daily=diary(4), until=DAY + 2 * WEEK)
    assert not held(one, daily=diary(4), until=DAY + 2 * WEEK - timedelta(days=1))
    assert not held(one, daily=diary(4, missing=frozenset({7, 8, 9, 10})))


def test_an_infusion_in_between_ends_what_the_forecast_was_about():
    one = [said(DAY, 5, 5)]
    for day, compared in ((-1, True), (0, False), (13, False), (14, True)):
        assert bool(held(one, daily=diary(4), infusions=[DAY + timedelta(days=day)])) is compared


def test_what_held_is_counted():
    every = [said(DAY, 5, 5), said(DAY + WEEK, 5, 8)]
    told = record(held(every, daily=diary(4)))
    assert (told.compared, told.inside, told.off_by) == (2, 1, 2.5)
    assert record(()).off_by is None


def test_a_forecast_that_did_not_fit_is_no_part_of_what_is_counted():
    every = [said(DAY, 5, 5, fits=True), said(DAY + WEEK, 5, 9, fits=False),
             said(DAY + 2 * WEEK, 5, 6), said(DAY + 3 * WEEK, 5, 4, fits=False)]  # fmt: skip
    past = held(every, daily=diary(4))
    assert [one.counts for one in past] == [True, False, True, False]
    told = record(past)
    assert (told.compared, told.inside, told.off_by, told.left_out) == (2, 1, 1.5, 2)
    alone = record([past[1]])
    assert (alone.compared, alone.inside, alone.off_by, alone.left_out) == (0, 0, None, 1)


def test_relief_is_expected_to_go_in_the_first_week_above_the_level():
    found = crossing(said(DAY, 4, 5, 6, 6.5, 7), above=5.6)
    assert found == Crossing(
        made=DAY, day=DAY + 2 * WEEK, earliest=DAY + WEEK, latest=DAY + 4 * WEEK
    )
    beyond = crossing(said(DAY, 5, 6, 6), above=5.6)
    assert beyond is not None
    assert (beyond.earliest, beyond.latest) == (DAY, None)
    assert crossing(said(DAY, 4, 5, 5.6), above=5.6) is None  # as a week at the limit has held


def test_a_mean_outside_its_band_is_its_own_earliest_and_latest_day():
    above = Week(first=DAY, mean=5.7, low=1, high=5.5)
    below = Week(first=DAY, mean=5, low=5.8, high=6)
    then = Week(first=DAY + WEEK, mean=6, low=5.5, high=7)
    for weeks, earliest, day in (
        ((above, then), DAY, DAY), ((below, then), DAY, DAY + WEEK),
    ):  # fmt: skip
        found = crossing(Said(made=DAY, weeks=weeks), above=5.6)
        assert found == Crossing(made=DAY, day=day, earliest=earliest, latest=None)


def test_what_was_expected_is_kept_in_a_line_and_read_again():
    for found in (crossing(said(DAY, 5, 6, 9), above=5), crossing(said(DAY, 5, 6), above=5.5)):
        assert found is not None
        assert crossing_of(found.text) == found
    for other in ("", "she sounded tired", "1 2 3 4", "2026-03-01 2026-03-02 2026-03-03"):
        assert crossing_of(other) is None


def test_a_week_is_lost_above_the_limit_of_relief_and_the_rise_over_the_best(
    series, eight, by_week, rules
):
    def level(*pains):
        diary = by_week(list(pains), first=date(2026, 2, 9))
        found = respond(
            course=series, baseline=eight, diary=diary, at=date(2026, 3, 30), rules=rules
        )
        return lost_above(found, rules=rules)

    assert level(6, 4, 3, 3, 4) == 5.6
    assert level(6, 5, 5, 5, 5) == 6
    assert level() is None
    nothing = replace(eight, exact_pain=None)
    unknown = respond(
        course=series, baseline=nothing, diary=by_week([3] * 7, first=date(2026, 2, 9)),
        at=date(2026, 3, 30), rules=rules,
    )  # fmt: skip
    assert lost_above(unknown, rules=rules) is None
