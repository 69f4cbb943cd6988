"""What was said of a week beside what came: complete weeks, no day twice, no treatment between."""

from datetime import date, timedelta
from fractions import Fraction

from reprieve.outcomes.forecasts import WEEK, Said, Week, compare, record
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
