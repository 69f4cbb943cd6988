"""Weeks forecast and forecasts held against what came: pure, repeatable, honest about spread."""

from dataclasses import replace

import numpy as np
import pytest

from reprieve.knowledge import BadValue
from reprieve.pharmacology import (
    Bolus,
    Entry,
    Infusion,
    Patient,
    forecast,
    relief,
    track_record,
)
from reprieve.pharmacology.baseline import CORRELATION, SCATTER
from reprieve.pharmacology.forecast import mean_scatter, week_mean

SERIES = tuple(
    Infusion(rate_mg_per_h=25, start_min=day * 1440, end_min=day * 1440 + 240)
    for day in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)
)
BEFORE = [Entry(day=day, average_pain=7) for day in range(-14, 0)]
GOOD = [Entry(day=day, average_pain=3) for day in range(7, 21)]
SOMEBODY = Patient(weight_kg=70, infusions=SERIES, diary=(*BEFORE, *GOOD), crps=True)


def rng():
    return np.random.default_rng(1)


def test_weeks_agree_with_the_course_of_relief():
    found = forecast(SOMEBODY, from_day=21, weeks=6, rng=rng())
    daily = relief(
        weight_kg=70, infusions=SERIES, diary=SOMEBODY.diary, crps=True, rng=rng(),
        days=[21.5 + n for n in range(42)],
    )  # fmt: skip
    weekly = daily.average_pain.mean.reshape(6, 7).mean(axis=1)
    assert found.mean == pytest.approx(weekly, abs=0.1)
    assert found.responder_probability == pytest.approx(daily.responder_probability)
    assert found.first_days == (21, 28, 35, 42, 49, 56)
    assert np.all((found.low < found.mean) & (found.mean < found.high))


def test_relief_is_expected_to_fade_and_another_infusion_to_renew_it():
    found = forecast(SOMEBODY, from_day=21, weeks=8, rng=rng()).mean
    assert np.all(np.diff(found) > 0)
    more = Infusion(rate_mg_per_h=50, start_min=30 * 1440, end_min=30 * 1440 + 240)
    booster = replace(SOMEBODY, infusions=(*SERIES, more))
    assert np.all(forecast(booster, from_day=31, weeks=4, rng=rng()).mean
                  < forecast(SOMEBODY, from_day=31, weeks=4, rng=rng()).mean)  # fmt: skip


def test_a_bolus_counts_as_the_same_amount_run_in():
    day = 30 * 1440
    run = Infusion(rate_mg_per_h=300, start_min=day, end_min=day + 10)
    pushed = replace(SOMEBODY, boluses=(Bolus(dose_mg=50, at_min=day + 5),))
    infused = replace(SOMEBODY, infusions=(*SERIES, run))
    plain, one, other = (
        forecast(who, from_day=31, weeks=4, rng=rng()).mean for who in (SOMEBODY, pushed, infused)
    )
    assert np.all(one < plain)
    assert one == pytest.approx(other, abs=0.02)


def test_boluses_alone_are_a_series_with_relief_to_twelve_weeks_after_the_last():
    pushes = [Bolus(dose_mg=40, at_min=day * 1440) for day in (2, 4)]
    found = relief(weight_kg=70, infusions=[], boluses=pushes, crps=True, rng=rng())
    assert found.days[-1] == 4 + 84
    assert found.typical_responder[1] == 0
    assert found.typical_responder[5] > found.typical_responder[3] > 0


def test_scatter_of_a_mean_is_that_of_many_drawn_weeks():
    chance = np.random.default_rng(3)
    days = np.empty((20_000, 7))
    days[:, 0] = chance.standard_normal(20_000)
    for day in range(1, 7):
        fresh = chance.standard_normal(20_000)
        days[:, day] = CORRELATION * days[:, day - 1] + np.sqrt(1 - CORRELATION**2) * fresh
    assert mean_scatter(7) == pytest.approx(SCATTER * days.mean(axis=1).std(), rel=0.02)
    assert mean_scatter(1) == pytest.approx(SCATTER)


def test_a_forecast_knows_nothing_of_what_came_later():
    later = tuple(Entry(day=day, average_pain=9) for day in range(21, 42))
    told = replace(SOMEBODY, diary=(*SOMEBODY.diary, *later))
    short = track_record(replace(SOMEBODY, diary=(*SOMEBODY.diary, *later[:7])),
                         until_day=28, rng=rng())  # fmt: skip
    whole = track_record(told, until_day=42, rng=rng())
    first = next(one for one in whole if one.first_day == 21)
    assert (first.made_day, first.seen) == (14, 9)
    assert first.mean == pytest.approx(short[-1].mean, abs=0.15)
    assert not first.inside
    assert [one.first_day for one in whole] == [21, 28, 35]
    assert track_record(told, until_day=13, rng=rng()) == ()  # no week is over that was forecast


def test_a_week_with_a_dose_since_the_forecast_is_not_compared():
    """A forecast is about what it knew: the series runs to day 11, a booster comes on day 30."""
    diary = tuple(Entry(day=day, average_pain=5) for day in range(-7, 60))
    booster = Infusion(rate_mg_per_h=50, start_min=30 * 1440 + 600, end_min=30 * 1440 + 840)
    push = Bolus(dose_mg=50, at_min=30 * 1440 + 600)
    plain, infused, pushed = (
        [one.first_day for one in track_record(
            replace(SOMEBODY, diary=diary, **more), until_day=60, rng=rng()
        )]
        for more in ({}, {"infusions": (*SERIES, booster)}, {"boluses": (push,)})
    )  # fmt: skip
    assert plain == [25, 32, 39, 46, 53]
    assert infused == pushed == [39, 46, 53]
    later = replace(SOMEBODY, diary=diary, infusions=(*SERIES, booster))
    assert track_record(later, until_day=30, rng=rng())[-1].mean == pytest.approx(
        track_record(replace(SOMEBODY, diary=diary), until_day=30, rng=rng())[-1].mean
    )


SHORT = tuple(
    Infusion(rate_mg_per_h=52.5, start_min=day * 1440, end_min=day * 1440 + 40)
    for day in (0, 3, 7, 10, 14, 17)
)
WEEK = (7, 7, 8, 7, 6, 7, 8)


def told(course):
    """Seven days of about 7, then a course with a little scatter that repeats."""
    before = [
        Entry(day=day, average_pain=pain) for day, pain in zip(range(-7, 0), WEEK, strict=True)
    ]
    return (*before, *(
        Entry(day=day, average_pain=min(10, round(course(day) + 0.6 * ((day * 5) % 7 - 3) / 2)))
        for day in range(63)
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("course", "from_day"),
    [(lambda _day: 2, 21), (lambda day: 7 + day / 15, 49), (lambda day: 7 if day < 25 else 3, 42)],
    ids=["lasting", "worsening", "step"],
)
def test_a_diary_that_the_model_cannot_explain_is_said_and_widens_the_band(course, from_day):
    diary = told(course)
    for day in range(from_day, 57, 7):
        who = Patient(
            weight_kg=70, infusions=SHORT, diary=tuple(one for one in diary if one.day < day)
        )
        found = forecast(who, from_day=day, weeks=1, rng=rng())
        assert not found.fits
        assert [gate for gate in found.gates if not gate.passed]
        assert found.low[0] <= week_mean(diary, day) <= found.high[0]
    assert relief(
        weight_kg=70, infusions=SHORT, diary=diary, rng=rng()
    ).baseline_pain == pytest.approx(50 / 7)


def test_days_before_count_as_a_baseline_only_without_earlier_treatment():
    after = replace(SOMEBODY, untreated_before=False)
    plain, treated = (forecast(who, from_day=21, weeks=6, rng=rng()) for who in (SOMEBODY, after))
    assert plain.fits
    assert treated.fits
    assert not np.allclose(plain.mean, treated.mean, atol=0.01)


def test_weeks_without_four_answers_are_not_compared():
    few = tuple(Entry(day=day, average_pain=4) for day in (21, 22, 23))
    assert week_mean(few, 21) is None
    assert week_mean((*few, Entry(day=27, average_pain=8)), 21) == 5
    late = Entry(day=27, average_pain=8)
    for told, compared in (((*few,), []), ((*few, late), [21])):
        who = replace(SOMEBODY, diary=(*BEFORE, *GOOD, *told))
        found = track_record(who, until_day=28, rng=rng())
        assert [one.first_day for one in found] == compared
    assert track_record(SOMEBODY, until_day=7, rng=rng()) == ()


@pytest.mark.parametrize(
    ("given", "field"),
    [({"from_day": -1, "weeks": 1}, "from_day"), ({"from_day": 1, "weeks": 0}, "weeks"),
     ({"from_day": 1, "weeks": 53}, "weeks")],
)  # fmt: skip
def test_what_cannot_be_forecast_is_refused(given, field):
    with pytest.raises(BadValue) as refused:
        forecast(SOMEBODY, rng=rng(), **given)
    assert refused.value.field == field
