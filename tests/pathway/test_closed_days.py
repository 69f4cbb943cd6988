"""A closed day offers nothing; a visit booked there before stays and becomes work for the desk."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import booking, booking_times, closed_days, work_review, worklist
from reprieve.pathway import clinic as clinics
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import Conflict, PermissionDenied
from reprieve.records.models import AuditEvent
from reprieve.records.queries import booking as visits
from reprieve.records.queries import closed_days as queries
from reprieve.records.queries import worklist as lists
from tests import booking_desk as desk
from tests import world as w
from tests.world import World, new

MONDAY, TUESDAY, FRIDAY = date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 13)


@pytest.fixture
def world(db: None) -> World:
    return w.found()


def close(
    world: World, first: date = MONDAY, last: date | None = None, *, who: str = "manager",
    reason: str = "new floor", uid: uuid.UUID | None = None,
) -> int:  # fmt: skip
    return closed_days.close(
        actor=world[who], uid=uid or new(), at=world.later(minutes=1), first=first,
        last=last or first, reason=reason,
    )  # fmt: skip


def open_again(world: World, first: date = MONDAY, last: date | None = None) -> int:
    return closed_days.open_again(
        actor=world["medical_director"], uid=new(), at=world.later(minutes=1), first=first,
        last=last or first,
    )  # fmt: skip


def days(world: World) -> dict[date, str]:
    return {one.day: one.reason for one in queries.standing(clinic=world.id, at=world.at)}


def waits(world: World) -> list[lists.WorkView]:
    return [one for one in lists.waiting(clinic=world.id) if one.kind == closed_days.KIND]


def consultation(day: int, hour: int = 9) -> Slot:
    return Slot(starts_at=desk.at(day, hour), kind="consultation")


def booked(world: World, day: int = 9) -> tuple[uuid.UUID, uuid.UUID]:
    patient, _ = w.person(world)
    return patient, desk.book(world, patient, consultation(day))


def move(world: World, visit: uuid.UUID, to: Slot, *, anyway: bool = False) -> None:
    booking.move(
        actor=world["front_desk"], uid=new(), at=world.later(minutes=1), appointment=visit,
        wanted=to, anyway=anyway,
    )  # fmt: skip


def free(world: World, day: date) -> list[booking_times.Free]:
    return booking_times.free(clinic=world.id, day=day, kind="consultation", at=world.at)


def test_a_span_offers_no_time_until_it_is_taken_back(world: World) -> None:
    assert close(world, MONDAY, FRIDAY) == 5
    assert days(world) == dict.fromkeys([MONDAY + timedelta(days=n) for n in range(5)], "new floor")
    assert free(world, MONDAY) == free(world, FRIDAY) == []
    after = booking_times.next_day(clinic=world.id, after=date(2026, 3, 8), at=world.at)
    assert after == date(2026, 3, 16)
    patient, _ = w.person(world)
    with pytest.raises(Conflict, match="Closed on 2026-03-09: new floor"):
        desk.book(world, patient, consultation(9))
    assert open_again(world, MONDAY, TUESDAY) == 2
    assert free(world, MONDAY)
    assert free(world, FRIDAY) == []


def test_what_is_closed_already_keeps_its_reason_and_its_moment(world: World) -> None:
    close(world, TUESDAY, reason="inventory")
    before = queries.standing(clinic=world.id, at=world.at)
    assert close(world, MONDAY, FRIDAY) == 4
    assert days(world)[TUESDAY] == "inventory"
    assert before[0] in queries.standing(clinic=world.id, at=world.at)
    with pytest.raises(BadValue, match="first: is closed already"):
        close(world, MONDAY, TUESDAY)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"first": date(2026, 3, 2)}, "first: lies in the past"),
        ({"last": date(2026, 3, 8)}, "last: must not come before"),
        ({"last": MONDAY + timedelta(days=100)}, "last: makes more than 100 days"),
        ({"reason": "  "}, "reason: is needed"),
        ({"reason": "x" * 201}, "reason: is too long"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    more: dict[str, object], says: str, world: World
) -> None:
    with pytest.raises(BadValue, match=says):
        close(world, **more)  # type: ignore[arg-type]
    assert days(world) == {}


def test_today_may_close_and_an_open_day_cannot_open(world: World) -> None:
    assert close(world, date(2026, 3, 3)) == 1
    with pytest.raises(BadValue, match="first: is not closed"):
        open_again(world, TUESDAY)
    with pytest.raises(PermissionDenied):
        close(world, TUESDAY, who="front_desk")


def test_days_gone_by_stay_as_they_were(world: World) -> None:
    close(world, MONDAY, FRIDAY)
    world.at = desk.at(10, 12)
    assert open_again(world, MONDAY, FRIDAY) == 4
    assert days(world) == {}
    world.at = desk.at(9, 12)  # as it was seen on that day
    assert MONDAY in days(world)


def test_a_booked_visit_stays_and_is_the_desks(world: World) -> None:
    patient, visit = booked(world)
    close(world)
    found = visits.one(clinic=world.id, appointment=visit)
    assert found is not None
    assert (found.status, found.starts_at) == ("booked", desk.at(9, 9))
    (item,) = waits(world)
    assert (item.patient, item.owner_role) == (patient, "front_desk")
    assert item.due_at == world.at + closed_days.WITHIN
    move(world, visit, consultation(10))
    assert waits(world) == []


def test_it_is_due_before_the_visit(world: World) -> None:
    desk.book(world, w.person(world)[0], consultation(3, 15))
    close(world, date(2026, 3, 3))
    assert waits(world)[0].due_at == desk.at(3, 15)


def test_the_last_of_several_visits_ends_it(world: World) -> None:
    patient, first = booked(world)
    second = desk.book(world, patient, consultation(10))
    close(world, MONDAY, TUESDAY)
    assert len(waits(world)) == 1
    move(world, first, consultation(16))
    assert len(waits(world)) == 1
    booking.mark(
        actor=world["front_desk"], uid=new(), at=world.at, appointment=second, act="cancelled",
        reason="cannot come",
    )  # fmt: skip
    assert waits(world) == []


def test_who_is_booked_there_knowingly_is_no_work(world: World) -> None:
    _patient, visit = booked(world)
    close(world)
    move(world, visit, consultation(9, 11), anyway=True)
    assert waits(world) == []
    assert queries.touched(clinic=world.id, at=world.at) == []


def test_a_day_taken_back_ends_its_work(world: World) -> None:
    booked(world)
    close(world, MONDAY, TUESDAY)
    open_again(world, TUESDAY)
    assert len(waits(world)) == 1
    open_again(world)
    assert waits(world) == []


def test_the_desks_word_that_it_stays_holds_until_another_day_closes(world: World) -> None:
    patient, _visit = booked(world)
    desk.book(world, patient, consultation(10))
    close(world)
    worklist.finish(
        actor=world["front_desk"], uid=new(), at=world.later(minutes=1), item=waits(world)[0].id,
        text="the doctor comes in for her",
    )  # fmt: skip
    work_review.review_all(clinic=world.id, at=world.later(days=1))
    assert waits(world) == []
    close(world, TUESDAY)
    assert len(waits(world)) == 1


def test_the_night_finds_a_visit_that_nobody_was_told_of(world: World) -> None:
    booked(world)
    clinics.choose(
        actor=world["manager"], uid=new(), at=world.later(minutes=1), key=queries.KEY,
        value={"2026-03-09": "as a command keeps it"},
    )  # fmt: skip
    assert waits(world) == []
    work_review.review_all(clinic=world.id, at=world.later(days=1))
    assert [one.due_at for one in waits(world)] == [world.at + closed_days.WITHIN]


def test_one_act_counts_once_and_an_earlier_clock_loses_nothing(world: World) -> None:
    uid = new()
    assert close(world, uid=uid) == close(world, uid=uid) == 1
    world.at -= timedelta(minutes=5)  # this one waited for the other to end
    close(world, TUESDAY)
    world.later(minutes=10)
    assert sorted(days(world)) == [MONDAY, TUESDAY]
    lines = AuditEvent.objects.filter(clinic=world.id, action=closed_days.ACT).order_by("id")
    assert [one.detail["closed"] for one in lines if "closed" in one.detail] == [
        ["2026-03-09"], ["2026-03-10"],
    ]  # fmt: skip


def test_a_word_counts_for_the_days_that_were_closed_when_it_was_said(world: World) -> None:
    patient, first = booked(world)
    second = desk.book(world, patient, consultation(10))
    close(world)
    worklist.finish(
        actor=world["front_desk"], uid=new(), at=world.later(minutes=1), item=waits(world)[0].id,
        text="the doctor comes in for her",
    )  # fmt: skip
    close(world, TUESDAY)
    found = queries.touched(clinic=world.id, at=world.at)
    assert {one.visit.id: one.stays for one in found} == {
        first: "the doctor comes in for her", second: None,
    }  # fmt: skip
    assert queries.staying(clinic=world.id, at=world.at, patient=patient) == {first}
    move(world, second, consultation(16))
    assert waits(world) == []  # of the other one it was said before
    (left,) = queries.touched(clinic=world.id, at=world.at)
    assert left.stays == "the doctor comes in for her"


def test_who_was_put_there_knowingly_stays_too(world: World) -> None:
    patient, visit = booked(world)
    close(world)
    move(world, visit, consultation(9, 11), anyway=True)
    assert queries.staying(clinic=world.id, at=world.at, patient=patient) == {visit}


def test_what_was_booked_while_the_closing_waited_is_the_desks(world: World) -> None:
    began = world.at
    world.later(minutes=2)
    _patient, visit = booked(world)
    world.at = began - timedelta(minutes=1)
    close(world)  # its page was sent before the visit was booked
    world.at = began + timedelta(minutes=3)
    assert [one.visit.id for one in queries.touched(clinic=world.id, at=world.at)] == [visit]
    assert len(waits(world)) == 1
