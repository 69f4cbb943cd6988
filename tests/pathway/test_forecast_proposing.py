"""The forecast may propose a review, as a forecast: once a course, and never a booster."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reprieve.outcomes.forecasts import WEEK, crossing_of
from reprieve.pathway import (
    booking,
    followup,
    forecast_keeping,
    forecast_proposing,
    forecast_review,
    maintenance,
    work_review,
    worklist,
)
from reprieve.pathway.booking import Slot
from reprieve.records.models import (
    Appointment,
    ClinicSetting,
    EpisodeOfCare,
    Forecast,
    WorkItemEvent,
)
from reprieve.records.queries import worklist as lists
from reprieve.records.queries.treatments import zone_of
from reprieve.records.queries.worklist import WorkView
from tests import booking_desk as desk
from tests import world as worlds
from tests.chairside import quick_world, weighed
from tests.treated import Treated, responder
from tests.world import World, new

DAY = timedelta(days=1)
LEVEL = 5.6  # 30 % below the baseline of 8


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with quick_world() as made:
        yield made


@pytest.fixture
def made(world: World) -> Treated:
    """A responder whose relief held in the two weeks since the last infusion, by the diary."""
    made = responder(world, weeks=(4, 4))
    weighed(made)
    return made


def today(made: Treated) -> date:
    return made.world.at.astimezone(zone_of(made.world.id)).date()


def keep(made: Treated, *means: float, band: float = 1, fits: bool | None = True) -> Forecast:
    """This function will keep a forecast of today as the night's job keeps it."""
    row: Forecast = Forecast.objects.add(
        clinic_id=made.world.id, patient_id=made.patient, day=today(made), model="kamp2020",
        version="1", entries=20, responder_probability=0.9, fits=fits,
        recorded_at=made.world.at,
        weeks=[[mean, mean - band, mean + band] for mean in means],
    )  # fmt: skip
    return row


def night(made: Treated, days: float = 1) -> list[WorkView]:
    """This function will let the next night look, and return the reviews proposed."""
    made.world.later(days=days)
    work_review.review_all(clinic=made.world.id, at=made.world.at)
    return proposed(made)


def proposed(made: Treated) -> list[WorkView]:
    waiting = lists.waiting(clinic=made.world.id, patient=made.patient)
    return [one for one in waiting if one.kind == forecast_review.KIND]


def book(made: Treated, day: date, *, kind: str = "follow_up") -> uuid.UUID:
    starts_at = datetime.combine(day, time(10), tzinfo=zone_of(made.world.id))
    return desk.book_anyway(made.world, made.patient, Slot(starts_at=starts_at, kind=kind))


def answer(made: Treated, item: WorkView) -> None:
    worklist.finish(
        actor=made.world["physician"], uid=new(), at=made.world.at, item=item.id,
        text="doing well, no need",
    )  # fmt: skip


def decide(made: Treated, outcome: str) -> None:
    followup.decide(
        actor=made.world["physician"], uid=new(), at=made.world.at, patient=made.patient,
        outcome=outcome, reason="seen today",
    )  # fmt: skip


class TestProposes:
    def test_from_the_diary_through_the_nights_forecast(self, world: World) -> None:
        made = weighed(responder(world, weeks=(), during=6))
        made.days([4] * 4 + [5] * 6)
        assert forecast_keeping.make_all(clinic=world.id, at=world.at) == 1
        kept = Forecast.of(world.id).get()
        assert kept.fits
        (item,) = night(made)
        expected = crossing_of(item.text)
        assert expected is not None
        assert expected.made == kept.day
        first = next(n for n, (mean, _low, _high) in enumerate(kept.weeks) if mean > LEVEL)
        assert expected.day == kept.day + first * WEEK
        assert expected.earliest <= expected.day <= (expected.latest or date.max)
        assert item.owner_role == "physician"
        assert world.at < item.due_at <= world.at + forecast_review.LATEST

    def test_one_review_with_its_days_and_no_booster(self, made: Treated) -> None:
        kept = keep(made, 4.2, 5.2, 5.8, 6.4, 6.8)
        (item,) = night(made)
        expected = crossing_of(item.text)
        assert expected is not None
        assert (expected.earliest, expected.day, expected.latest) == (
            kept.day + WEEK, kept.day + 2 * WEEK, kept.day + 4 * WEEK,
        )  # fmt: skip
        made.write(4)
        keep(made, 5.9, 6.4)
        assert [one.id for one in night(made)] == [item.id]
        whose = {"clinic": made.world.id, "patient": made.patient}
        assert maintenance.proposal(at=made.world.at, **whose) is None
        waiting = lists.waiting(clinic=made.world.id, patient=made.patient)
        kinds = {one.kind for one in waiting}
        assert maintenance.KIND not in kinds
        assert not Appointment.of(made.world.id).exists()

    def test_it_is_due_before_relief_may_go(self, made: Treated) -> None:
        kept = keep(made, 5.7)
        (item,) = night(made)
        assert item.due_at == made.world.at + forecast_proposing.SOONEST
        assert kept.day < item.due_at.date()


class TestProposesNothing:
    @pytest.mark.parametrize("fits", [False, None])
    def test_where_the_model_does_not_explain_the_diary(
        self, made: Treated, *, fits: bool | None
    ) -> None:
        keep(made, 5.9, 6.4, fits=fits)
        assert night(made) == []

    def test_where_relief_is_expected_to_hold_or_to_go_later(self, made: Treated) -> None:
        keep(made, 4, 5, 5.6, 5.6, 5.6)
        assert night(made) == []
        made.write(4)
        keep(made, 4, 4, 4, 4, 4, 6)  # in five weeks: the number of the house says four
        assert night(made) == []

    def test_where_it_is_switched_off_and_what_stood_ends(self, made: Treated) -> None:
        keep(made, 4, 6)
        assert len(night(made)) == 1
        ClinicSetting.objects.add(
            clinic_id=made.world.id, key=forecast_proposing.AHEAD, value=0,
            valid_from=made.world.at, recorded_at=made.world.at,
            by_id=made.world["medical_director"].practitioner,
        )  # fmt: skip
        assert night(made) == []
        assert night(made) == []

    def test_where_a_visit_is_booked_in_time(self, made: Treated) -> None:
        kept = keep(made, 4, 4, 6)
        visit = book(made, kept.day + 2 * WEEK)
        assert night(made) == []
        booking.move(
            actor=made.world["front_desk"], uid=new(), at=made.world.at, appointment=visit,
            anyway=True,
            wanted=Slot(
                starts_at=datetime.combine(
                    kept.day + 2 * WEEK + DAY, time(10), tzinfo=zone_of(made.world.id)
                ),
                kind="follow_up",
            ),
        )  # fmt: skip
        assert len(night(made)) == 1

    def test_where_a_visit_is_booked_soon_and_relief_may_have_gone_before_it(
        self, made: Treated
    ) -> None:
        kept = keep(made, 5.8, 6)
        book(made, kept.day + 2 * DAY)
        assert night(made) == []
        made.days([4] * 2)
        kept = keep(made, 5.8, 6)
        book(made, kept.day + DAY + forecast_review.LATEST + DAY)
        assert len(night(made)) == 1  # later than a week from then

    def test_where_relief_is_seen_to_go_already(self, world: World) -> None:
        made = weighed(responder(world, weeks=(4, 7, 7)))
        keep(made, 7, 7)
        assert night(made) == []
        whose = {"clinic": world.id, "patient": made.patient}
        assert maintenance.proposal(at=world.at, **whose) is not None

    def test_where_nobody_responded(self, world: World) -> None:
        made = weighed(responder(world, weeks=(8, 8), during=8))
        keep(made, 9.5, 9.5)
        assert night(made) == []

    def test_of_a_forecast_that_is_old_or_of_before_the_last_infusion(
        self, made: Treated
    ) -> None:
        keep(made, 4, 4, 4, 6)
        assert night(made, forecast_proposing.NEWS.days + 1) == []
        keep(made, 4, 4, 6, 6)
        made.infuse(made.plan(sessions=1, is_booster=True))
        made.put("maintenance")
        made.world.later(days=1)
        made.days([4] * 8)
        assert night(made) == []

    def test_where_most_forecasts_failed_in_this_patient(self, made: Treated) -> None:
        for _week in range(6):
            keep(made, 1, 1, 1)
            made.days([4] * 7)
        keep(made, 4, 6)
        assert night(made) == []

    def test_in_the_days_after_a_follow_up_decision(self, made: Treated) -> None:
        decide(made, "continue")
        made.days([4] * 13)
        keep(made, 4, 4, 6)
        assert night(made, 0.9) == []
        assert len(night(made)) == 1

    def test_while_a_booster_that_was_decided_waits_or_was_declined_of_late(
        self, made: Treated
    ) -> None:
        decide(made, "booster")
        made.days([4] * 15)
        keep(made, 4, 4, 6)
        assert night(made) == []
        maintenance.decline(
            actor=made.world["physician"], uid=new(), at=made.world.at, patient=made.patient,
            reason="wants none",
        )  # fmt: skip
        assert night(made) == []

    @pytest.mark.parametrize("state", ["in_series", "planned"])
    def test_while_a_series_runs(self, made: Treated, state: str) -> None:
        keep(made, 6, 6)
        made.put(state)
        assert night(made) == []


class TestTheNight:
    def test_reads_the_newest_forecast_alone_where_it_proposes_nothing(
        self, made: Treated
    ) -> None:
        for _day in range(3):
            keep(made, 4, 4, 4)
            made.days([4])
        episode = EpisodeOfCare.of(made.world.id).get(patient_id=made.patient)
        with CaptureQueriesContext(connection) as asked:
            assert forecast_proposing.look(episode, made.world.at) == []
        read = [one["sql"] for one in asked if Forecast._meta.db_table in one["sql"]]
        assert len(read) == 1
        assert read[0].endswith("LIMIT 1")

    def test_goes_on_where_a_mean_lies_outside_its_band(self, made: Treated) -> None:
        keep(made, 5.7, band=-0.2)
        (item,) = night(made)
        expected = crossing_of(item.text)
        assert expected is not None
        assert expected.earliest == expected.day == expected.made


class TestEnds:
    def test_by_a_visit_booked_in_time_and_comes_again_when_it_is_cancelled(
        self, made: Treated
    ) -> None:
        kept = keep(made, 4, 4, 6)
        assert len(night(made)) == 1
        book(made, kept.day + 2 * WEEK + DAY)
        assert len(proposed(made)) == 1  # too late for it
        visit = book(made, kept.day + 2 * WEEK)
        assert proposed(made) == []
        booking.mark(
            actor=made.world["front_desk"], uid=new(), at=made.world.at, appointment=visit,
            act="cancelled", reason="a cold",
        )  # fmt: skip
        assert len(night(made)) == 1

    def test_by_a_visit_within_a_week_where_relief_may_have_gone_already(
        self, made: Treated
    ) -> None:
        kept = keep(made, 5.8, 6)
        assert len(night(made)) == 1
        book(made, kept.day + 2 * DAY)
        assert proposed(made) == []
        assert night(made, 0.5) == []

    def test_by_a_physicians_word_and_is_not_proposed_again_for_this_course(
        self, made: Treated
    ) -> None:
        keep(made, 4, 6)
        (item,) = night(made)
        answer(made, item)
        event = WorkItemEvent.of(made.world.id).get(item_id=item.id, kind="done")
        assert event.by_id == made.world["physician"].practitioner
        made.write(4)
        keep(made, 6, 6)
        assert night(made) == []
        made.infuse(made.plan(sessions=1, is_booster=True))
        made.put("maintenance")
        made.world.later(days=1)
        made.days([4] * 8)
        keep(made, 4, 6)
        assert len(night(made)) == 1  # another course

    def test_by_the_decision_of_a_follow_up(self, made: Treated) -> None:
        keep(made, 4, 6)
        assert len(night(made)) == 1
        followup.decide(
            actor=made.world["physician"], uid=new(), at=made.world.at, patient=made.patient,
            outcome="continue", reason="doing well",
        )  # fmt: skip
        assert proposed(made) == []
        assert night(made) == []

    def test_when_relief_is_seen_to_go(self, made: Treated) -> None:
        keep(made, 4, 4, 4, 6)
        assert len(night(made)) == 1
        made.days([7] * 16)
        assert night(made) == []

    def test_by_another_infusion(self, made: Treated) -> None:
        keep(made, 4, 4, 4, 6)
        assert len(night(made)) == 1
        made.infuse(made.plan(sessions=1, is_booster=True))
        made.put("maintenance")
        made.world.later(days=1)
        made.days([4] * 8)
        assert night(made) == []

    def test_with_the_care_and_by_another_series(self, made: Treated) -> None:
        keep(made, 4, 6)
        assert len(night(made)) == 1
        made.put("planned")
        assert night(made) == []

    def test_not_because_the_forecast_has_moved(self, made: Treated) -> None:
        keep(made, 4, 6)
        (item,) = night(made)
        made.write(4)
        keep(made, 4, 4, 4)
        assert [one.id for one in night(made)] == [item.id]
        assert forecast_review.standing(clinic=made.world.id, patient=made.patient)

    def test_one_that_nobody_can_read_stays(self, made: Treated) -> None:
        worklist.open_item(
            actor=made.world["physician"], at=made.world.at, kind=forecast_review.KIND,
            owner_role="physician", due_at=made.world.at, patient=made.patient, text="?",
        )  # fmt: skip
        assert len(night(made)) == 1
        book(made, today(made) + DAY)
        assert len(proposed(made)) == 1


def test_what_is_wrong_with_one_patients_forecast_leaves_nobody_else_out(made: Treated) -> None:
    keep(made, 4.2, 5.2, 5.8)
    patient, episode = worlds.person(made.world, mrn="A-101")
    EpisodeOfCare.of(made.world.id).filter(pk=episode).update(state="follow_up")
    spoilt = Forecast.objects.add(
        clinic_id=made.world.id, patient_id=patient, day=today(made), model="kamp2020",
        version="1", entries=20, responder_probability=0.9, fits=True,
        recorded_at=made.world.at, weeks=[["not a number"]],
    )  # fmt: skip
    made.world.later(days=1)
    with pytest.raises(ExceptionGroup, match="1 of the patients"):
        work_review.review_all(clinic=made.world.id, at=made.world.at)
    assert spoilt.patient_id == patient
    assert len(proposed(made)) == 1
    made.world.later(minutes=1)
    assert work_review.review_all(clinic=made.world.id, at=made.world.at) == 0  # once a day
