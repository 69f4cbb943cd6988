"""The diary begins before a series: it begins, moves and ends with what is booked."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta

import pytest

from reprieve.pathway import booking, booking_series, diary_link, maintenance, messages, outbox
from reprieve.pathway import reminder_choice as choices
from reprieve.pathway.booking import Slot
from reprieve.records.models import Appointment, Chair, OutboxMessage, Patient
from reprieve.records.queries import booking_plan, response
from reprieve.records.queries.treatments import zone_of
from tests import booking_desk as desk
from tests import world as w
from tests.treated import Treated
from tests.world import World

FIRST = date(2026, 3, 23)
BEFORE = [FIRST - timedelta(days=n) for n in range(10, 0, -1)]
DAYS = (23, 26, 30)


@pytest.fixture
def made(world: World) -> Treated:
    patient, episode = w.person(world)
    desk.plan(world, patient, episode)
    return Treated(world, patient, episode)


def book(made: Treated, days: tuple[int, ...] = DAYS, *, month: int = 3) -> list[uuid.UUID]:
    known = Chair.of(made.world.id).first()
    chair = known.pk if known else desk.chairs(made.world)[0]
    plan = booking_plan.newest(clinic=made.world.id, patient=made.patient)
    assert plan is not None
    wanted = [
        Slot(
            starts_at=desk.at(day, 10, month=month), kind="infusion", chair=chair, series_no=n,
            infusion_min=40, recovery_min=30, plan=plan.id,
        )
        for n, day in enumerate(days, 1)
    ]  # fmt: skip
    return booking.book_all(
        actor=made.world["front_desk"], uid=w.new(), at=made.world.at, patient=made.patient,
        wanted=wanted,
    )  # fmt: skip


def prompts(made: Treated, state: str = "waiting") -> list[datetime]:
    rows = OutboxMessage.of(made.world.id).filter(template=messages.DIARY, state=state)
    zone = zone_of(made.world.id)
    return [row.due_at.astimezone(zone) for row in rows.order_by("due_at")]


def days(made: Treated) -> list[date]:
    return [due.date() for due in prompts(made)]


def mark(made: Treated, visit: uuid.UUID, act: str) -> None:
    booking.mark(
        actor=made.world["front_desk"], uid=w.new(), at=made.world.at, appointment=visit,
        act=act, reason="invented",
    )  # fmt: skip


def test_a_booked_series_asks_every_evening_of_the_days_before(made: Treated) -> None:
    book(made)
    assert days(made) == BEFORE
    assert {due.time() for due in prompts(made)} == {time(19)}
    assert prompts(made, "withdrawn") == []  # nothing was made for nothing


def test_what_is_written_then_is_the_baseline(made: Treated) -> None:
    book(made)
    made.world.at = desk.at(16, 19)
    made.days([7] * 7)
    made.world.at = desk.at(23, 10)
    made.infuse()
    made.world.later(days=1)
    found = response.story(clinic=made.world.id, patient=made.patient, at=made.world.at).response
    assert found is not None
    assert (found.baseline.source, found.baseline.pain) == ("diary", 7)


def test_the_hour_and_the_wish_for_peace_are_the_patients(made: Treated) -> None:
    def choose(*, wanted: bool) -> None:
        choices.choose(
            actor=made.world["front_desk"], uid=w.new(), at=made.world.later(seconds=1),
            patient=made.patient, wanted=wanted, evening=time(20, 30), language="es",
        )  # fmt: skip

    choose(wanted=True)
    visits = book(made)
    assert {due.time() for due in prompts(made)} == {time(20, 30)}
    [taken, *_rest] = outbox.take(clinic=made.world.id, at=prompts(made)[0], quiet_since=None)[-1:]
    assert taken.language == Patient.of(made.world.id).get().language == "es"
    choose(wanted=False)
    assert prompts(made) == []
    mark(made, visits[0], "cancelled")  # the next is the first now: still nothing
    assert prompts(made) == []
    choose(wanted=True)
    assert days(made)[-1] == date(2026, 3, 25)


def test_they_move_and_end_with_the_series(made: Treated) -> None:
    visits = book(made)
    booking_series.move_rest(
        actor=made.world["front_desk"], uid=w.new(), at=made.world.at, appointment=visits[0],
        starts_at=desk.at(25, 10), chair=Appointment.of(made.world.id).get(pk=visits[0]).chair_id,
    )  # fmt: skip
    assert days(made) == [day + timedelta(days=2) for day in BEFORE]
    mark(made, visits[0], "cancelled")
    second = Appointment.of(made.world.id).get(pk=visits[1]).starts_at.date()
    assert days(made) == [second - timedelta(days=n) for n in range(10, 0, -1)]
    for visit in visits[1:]:
        mark(made, visit, "cancelled")
    assert prompts(made) == []


def test_nothing_is_asked_twice(made: Treated) -> None:
    book(made)
    made.world.at = desk.at(13, 19, 1)
    for due in outbox.take(clinic=made.world.id, at=made.world.at, quiet_since=None):
        outbox.sent(due=due, at=made.world.at)
    assert FIRST - timedelta(days=10) not in days(made)
    for _ in range(2):
        diary_link.ask(actor=made.world["front_desk"], patient=made.patient, at=made.world.at)
    assert days(made) == BEFORE[1:]
    assert prompts(made, "withdrawn") == []


def test_a_series_far_ahead_is_asked_for_when_it_comes_near(made: Treated) -> None:
    book(made, (4, 7, 11), month=5)
    assert days(made) == []
    whose = {"clinic": made.world.id, "patient": made.patient}
    assert not diary_link.is_running_out(**whose, at=desk.at(1, 3, month=4))
    night = desk.at(22, 3, month=4)
    assert diary_link.is_running_out(**whose, at=night)
    maintenance.review_all(clinic=made.world.id, at=night)
    assert days(made)[0] == date(2026, 4, 24)
    assert len(days(made)) == 10
    assert not diary_link.is_running_out(**whose, at=night)
    assert not diary_link.is_running_out(**whose, at=desk.at(3, 3, month=5))


def test_a_series_under_way_has_begun_and_a_booster_begins_none(made: Treated) -> None:
    def ahead() -> date | None:
        return booking_plan.series_ahead(
            clinic=made.world.id, patient=made.patient, at=made.world.at
        )

    assert ahead() is None
    book(made)
    assert ahead() == FIRST
    made.world.at = desk.at(23, 10)
    made.infuse()
    assert ahead() is None
    mark(made, Appointment.of(made.world.id).get(series_no=2).pk, "cancelled")
    assert min(days(made)) == FIRST  # the evening after it, as ever
    made.world.at = desk.at(24, 10)
    book(made, (25,), month=6)  # half a year of follow-up lies between
    made.world.at = desk.at(1, 10, month=4)
    assert ahead() == date(2026, 6, 25)


def test_before_a_booster_the_diary_goes_on_as_it_does(made: Treated) -> None:
    booster = made.plan(sessions=1, is_booster=True)
    booking.book(
        actor=made.world["front_desk"], uid=w.new(), at=made.world.at, patient=made.patient,
        wanted=Slot(
            starts_at=desk.at(23, 10), kind="infusion", chair=desk.chairs(made.world)[0],
            plan=booster, series_no=1,
        ),
    )  # fmt: skip
    assert prompts(made) == []
