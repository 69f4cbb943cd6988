"""The forecast of a patient's pain: learnt from the diary, tried against it, and only shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.pathway import forecast_keeping, history, infusion
from reprieve.pathway.forecast import Outlook, outlook
from reprieve.records.models import DiaryEntry, Forecast
from tests import world as worlds
from tests.chairside import Chair, quick_world, weighed
from tests.order_desk import order
from tests.treated import Treated, responder, treated
from tests.world import World, new

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world() -> World:
    with quick_world() as made:
        return made


def of(made: Treated) -> Outlook:
    return outlook(clinic=made.world.id, patient=made.patient, at=made.world.at)


def test_pain_is_forecast_and_earlier_forecasts_are_tried(world: World) -> None:
    made = weighed(responder(world, weeks=(3, 3, 4, 4)))
    found = of(made)
    assert found.problem is None
    assert (found.model, len(found.weeks)) == ("kamp2020", 12)
    assert found.entries == 6 + 7 + 28
    first, last = found.weeks[0], found.weeks[-1]
    assert first.low < first.mean < first.high
    assert last.mean > first.mean
    assert len(found.past) >= 3
    assert found.past[-1].seen == 4
    assert all(one.made < one.week.first for one in found.past)
    told = found.record
    assert told.compared + told.left_out == len(found.past)
    assert told.inside <= told.compared
    assert [str(m)[:8] for m in found.extrapolated] == ["Measured", "Measured"]
    assert of(made) == found


def test_a_bolus_really_given_counts(world: World) -> None:
    made = weighed(responder(world))
    encounter = infusion.prepare(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=made.patient,
        episode=made.episode, plan=made.plan(sessions=1, is_booster=True), session_no=1,
    )  # fmt: skip
    chair = Chair(world, encounter, made.patient)
    chair.start(50)
    world.later(minutes=20)
    before = of(made)
    chair.do("bolus", dose_ug=100_000)
    after = of(made)
    assert (before.problem, after.problem) == (None, None)
    assert after.weeks[0].mean < before.weeks[0].mean - 0.05


def test_in_crps_it_is_not_called_an_extrapolation(world: World) -> None:
    made = weighed(responder(world, weeks=(3, 3)))
    elsewhere = of(made)
    history.add_condition(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=made.patient, code="G90.511"
    )
    found = of(made)
    assert len(found.extrapolated) == len(elsewhere.extrapolated) - 1 == 1
    assert found.weeks != elsewhere.weeks


def test_where_most_forecasts_failed_it_says_so(world: World) -> None:
    made = weighed(responder(world, weeks=(8,) * 6, during=8))
    for n in range(4):
        Forecast.objects.add(
            clinic_id=world.id, patient_id=made.patient, recorded_at=world.at, model="kamp2020",
            day=world.at.date() - timedelta(days=7 * n + 15), version="v", entries=9,
            responder_probability=0.9, weeks=[[3, 2, 4]] * 12,
        )  # fmt: skip
    found = of(made)
    assert len(found.past) >= 4
    assert found.unreliable
    apart = [replace(one, fits=False) for one in found.past]
    assert not replace(found, past=tuple(apart)).unreliable  # they said so themselves


def test_a_diary_that_no_course_of_the_model_explains_is_said(world: World) -> None:
    made = weighed(responder(world, weeks=(2, 2, 2, 2)))
    found = of(made)
    assert not found.fits
    assert [str(one) for one in found.misfit]
    first = found.weeks[0]
    assert first.low < 2 < first.high
    assert of(weighed(responder(world, weeks=(8, 8), during=8))).fits


@pytest.mark.parametrize("missing", ["infusion", "weight", "range", "diary"])
def test_what_is_missing_is_named(world: World, missing: str) -> None:
    says = {
        "infusion": "No infusion", "weight": "no weight", "range": "No model answers",
        "diary": "fewer than seven days",
    }  # fmt: skip
    if missing == "diary":
        patient, episode = worlds.person(world)
        made = Treated(world, patient, episode)
        made.infuse(made.plan())
    elif missing == "infusion":
        made = treated(world)
    else:
        made = responder(world, weeks=(3,))
    if missing != "weight":
        weighed(made, 340 if missing == "range" else 70)
    found = of(made)
    assert says[missing] in str(found.problem)
    assert found.weeks == ()


def test_two_forms_of_the_drug_have_no_forecast(world: World) -> None:
    made = weighed(responder(world, weeks=(3,)))
    order(made.infuse(made.plan(), no=3), form="esketamine")
    assert "Which form" in str(of(made).problem)


def night(made: Treated) -> int:
    return forecast_keeping.make_all(clinic=made.world.id, at=made.world.at)


class TestKept:
    def test_a_night_keeps_what_it_said_and_that_is_tried_later(self, world: World) -> None:
        made = weighed(responder(world, weeks=(8, 8), during=8))
        assert of(made).hindsight
        now = of(made).weeks
        assert (night(made), night(made)) == (1, 0)
        kept = Forecast.of(world.id).get()
        assert kept.weeks == [[round(n, 3) for n in (w.mean, w.low, w.high)] for w in now]
        made.days([2] * 14)
        found = of(made)
        assert not found.hindsight
        [past] = found.past
        assert (past.made, past.week.first, past.seen) == (kept.day, now[1].first, 2.0)
        assert (past.week.mean, past.inside) == (kept.weeks[1][0], False)
        assert kept.fits is True
        assert past.counts

    def test_whether_the_model_fitted_is_kept_and_told_apart(self, world: World) -> None:
        made = weighed(responder(world, weeks=(2, 2, 2, 2)))
        night(made)
        assert Forecast.of(world.id).get().fits is False
        made.days([2] * 14)
        [past] = of(made).past
        assert not past.counts
        told = of(made).record
        assert (told.compared, told.left_out) == (0, 1)

    def test_without_news_in_the_diary_there_is_no_forecast(self, world: World) -> None:
        made = weighed(responder(world, weeks=(3, 3)))
        for written, kept in ((True, 1), (False, 0), (True, 1)):
            if written:
                made.write(3)
            assert night(made) == kept
            world.later(days=1)

    def test_one_patient_without_a_forecast_stops_nobody(self, world: World) -> None:
        responder(world, weeks=(3,))  # never weighed
        made = weighed(responder(world, weeks=(3,)))
        assert night(made) == 1
        assert Forecast.of(world.id).get().patient_id == made.patient


def test_the_clinics_record_needs_eleven_patients(world: World) -> None:
    day = world.at.date() - timedelta(days=40)
    kept = {"clinic_id": world.id, "recorded_at": world.at}
    for n in range(14):
        patient, _ = worlds.person(world)
        Forecast.objects.add(
            patient_id=patient, day=day, model="kamp2020", version="v", entries=9,
            responder_probability=0.5, weeks=[[5, 4, 6]] * 3, fits=n > 2 and (True, None)[n % 2],
            **kept,
        )  # fmt: skip
        for later in range(7, 14):
            DiaryEntry.objects.add(
                patient_id=patient, day=day + timedelta(days=later), at=world.at, mode="home",
                average_pain=4 if n < 12 else 8, **kept,
            )  # fmt: skip
        told = forecast_keeping.of_clinic(clinic=world.id, at=world.at)["lines"]
        assert [line["week"] for line in told] == [2, 4, 8, 12]
        assert told[0]["patients"] == (11 if n == 13 else None)
    assert (told[0]["compared"], told[0]["inside"], told[0]["left_out"]) == (11, 9, 3)
    assert told[0]["off_by"] == pytest.approx((9 * 1 + 2 * 3) / 11)
    assert told[1]["patients"] is None
