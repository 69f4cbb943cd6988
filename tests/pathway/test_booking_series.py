"""A series follows its regimen, is booked whole, and moves only as far as spacing asks."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import booking, booking_series, closed_days, worklist
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import Conflict, NotNow
from reprieve.records.models import EpisodeOfCare
from reprieve.records.queries import booking as queries
from reprieve.records.queries import booking_plan
from reprieve.records.queries import worklist as lists
from tests import booking_desk as desk
from tests import world as w

pytestmark = pytest.mark.usefixtures("db")
DAYS = (0, 3, 7, 10, 14, 17)


def local_days(slots: tuple[Slot, ...]) -> list[date]:
    return [slot.starts_at.astimezone(desk.NEW_YORK).date() for slot in slots]


def propose(world: w.World, patient, **more):  # type: ignore[no-untyped-def]
    asked = {"first_day": date(2026, 3, 9), "preferred": time(9)}
    return booking_series.propose(
        clinic=world.id, patient=patient, at=world.at, **{**asked, **more}
    )


def planned(**more):  # type: ignore[no-untyped-def]
    world = w.found()
    found = desk.chairs(world)
    patient, episode = w.person(world)
    desk.plan(world, patient, episode, **more)
    return world, found, patient, episode


def all_booked(world: w.World, patient):  # type: ignore[no-untyped-def]
    return booking.book_all(
        actor=world["front_desk"], uid=w.new(), at=world.at, patient=patient,
        wanted=propose(world, patient).slots,
    )  # fmt: skip


def test_the_days_are_the_regimens_and_the_hour_is_one_across_the_clock_change() -> None:
    world, _chairs, patient, episode = planned()
    found = propose(world, patient, first_day=date(2026, 3, 5))  # clocks go forward on 8 March
    days = local_days(found.slots)
    assert [(day - days[0]).days for day in days] == [0, 4, 7, 11, 14, 18]  # Sundays give way
    assert {slot.starts_at.astimezone(desk.NEW_YORK).time() for slot in found.slots} == {time(9)}
    assert {(slot.infusion_min, slot.recovery_min) for slot in found.slots} == {(40, 60)}
    booking.book_all(
        actor=world["front_desk"], uid=w.new(), at=world.at, patient=patient, wanted=found.slots
    )
    assert EpisodeOfCare.of(world.id).get(pk=episode).state == "in_series"
    with pytest.raises(NotNow):
        propose(world, patient)


def test_without_a_plan_there_is_nothing_to_propose() -> None:
    world = w.found()
    patient, _ = w.person(world)
    with pytest.raises(NotNow):
        propose(world, patient)


def test_weekdays_follow_each_other() -> None:
    world, _chairs, patient, _ = planned(regimen="ketamine-0.35mgkgh-4h-x10", sessions=10)
    days = local_days(propose(world, patient).slots)
    assert len(days) == 10
    assert all(day.weekday() < 5 for day in days)
    assert (days[-1] - days[0]).days == 11


def test_more_infusions_than_the_regimen_has_go_on_weekly() -> None:
    world, _chairs, patient, _ = planned(sessions=8)
    plan = booking_plan.newest(clinic=world.id, patient=patient)
    assert plan is not None
    assert booking_series.days(plan) == (*DAYS, 24, 31)


def test_what_is_booked_is_not_proposed_again() -> None:
    world, _chairs, patient, _ = planned()
    first = propose(world, patient).slots[:2]
    booking.book_all(
        actor=world["front_desk"], uid=w.new(), at=world.at, patient=patient, wanted=first
    )
    plan = booking_plan.newest(clinic=world.id, patient=patient)
    assert plan is not None
    begin = booking_series.begin_after(clinic=world.id, plan=plan, at=world.at)
    assert begin == local_days(first)[-1] + timedelta(days=4)
    rest = propose(world, patient, first_day=begin)
    assert [slot.series_no for slot in rest.slots] == [3, 4, 5, 6]


def test_where_the_patient_is_elsewhere_no_infusion_is_proposed() -> None:
    world, _chairs, patient, _ = planned()
    visit = Slot(starts_at=desk.at(9, 9), kind="follow_up")
    desk.book(world, patient, visit)
    first = propose(world, patient).slots[0]
    assert first.starts_at >= desk.at(9, 9, 30)


def test_what_is_in_the_way_is_named() -> None:
    world, _chairs, patient, _ = planned()
    found = propose(world, patient, practitioner=world["physician"].practitioner)
    assert {slot.practitioner for slot in found.slots} == {world["physician"].practitioner}
    with pytest.raises(BadValue, match="first_day"):
        propose(world, patient, first_day=date(2028, 1, 1))
    none = w.found("Without chairs")
    lost, episode = w.person(none)
    desk.plan(none, lost, episode)
    nothing = propose(none, lost)
    assert nothing.slots == ()
    assert nothing.series.because is not None


def test_one_moves_and_the_rest_follows_only_where_it_must() -> None:
    world, (chair, _), patient, _ = planned()
    made = all_booked(world, patient)
    before = queries.of_patient(clinic=world.id, patient=patient)
    said = booking_series.move_rest(
        actor=world["front_desk"], uid=w.new(), at=world.later(minutes=1), appointment=made[1],
        starts_at=desk.at(17, 9), chair=chair, reason="travels",
    )  # fmt: skip
    after = queries.of_patient(clinic=world.id, patient=patient)
    assert said is not None  # five days further than planned: a person chose it
    assert after[0] == before[0]
    assert after[1].starts_at == desk.at(17, 9)
    gaps = [(b.starts_at - a.starts_at).days for a, b in pairwise(after[1:])]
    assert all(gap >= 2 for gap in gaps)
    assert after[2].starts_at > before[2].starts_at
    assert {row.status for row in after} == {"booked"}
    assert {row.ends_at - row.starts_at for row in after} == {timedelta(minutes=140)}


def test_a_move_that_cannot_be_is_refused_and_changes_nothing() -> None:
    world, (chair, _), patient, _ = planned()
    made = all_booked(world, patient)
    do = {"actor": world["front_desk"], "at": world.at, "chair": chair, "appointment": made[1]}
    with pytest.raises(Conflict):  # a Sunday
        booking_series.move_rest(**do, uid=w.new(), starts_at=desk.at(15, 9))
    alone = desk.book(world, patient, Slot(starts_at=desk.at(20, 14), kind="follow_up"))
    with pytest.raises(NotNow):
        booking_series.move_rest(
            **{**do, "appointment": alone}, uid=w.new(), starts_at=desk.at(23, 9)
        )
    booking.mark(
        actor=world["front_desk"], uid=w.new(), at=world.at, appointment=made[1], act="cancelled",
        reason="flu",
    )  # fmt: skip
    with pytest.raises(NotNow):
        booking_series.move_rest(**do, uid=w.new(), starts_at=desk.at(17, 9))
    with pytest.raises(NotNow):
        booking_series.kept_length(
            clinic=world.id, appointment=w.new(), starts_at=world.at, at=world.at, chair=None,
            practitioner=None,
        )  # fmt: skip
    booking_series.move_rest(  # one is missing between: the others still keep their distances
        **{**do, "appointment": made[2]}, uid=w.new(), starts_at=desk.at(17, 9)
    )
    assert queries.one(clinic=world.id, appointment=made[2]).starts_at == desk.at(17, 9)


def test_weekdays_move_too() -> None:
    world, (chair, _), patient, _ = planned(regimen="ketamine-0.2-0.6mgkgh-4h-x3", sessions=3)
    made = all_booked(world, patient)
    rows = queries.of_patient(clinic=world.id, patient=patient)
    assert len(made) == 3
    target = rows[0].starts_at + timedelta(days=1)
    booking_series.move_rest(
        actor=world["front_desk"], uid=w.new(), at=world.at, appointment=made[0],
        starts_at=target, chair=chair,
    )  # fmt: skip
    moved = queries.of_patient(clinic=world.id, patient=patient)
    assert moved[0].starts_at == target
    assert moved[1].starts_at > moved[0].ends_at


def test_a_visit_that_was_agreed_to_stay_on_a_closed_day_is_left_there() -> None:
    world, (chair, _), patient, _ = planned()
    made = all_booked(world, patient)
    before = queries.of_patient(clinic=world.id, patient=patient)
    third = before[2].starts_at.astimezone(desk.NEW_YORK).date()
    closed_days.close(
        actor=world["manager"], uid=w.new(), at=world.later(minutes=1), first=third, last=third,
        reason="new floor",
    )  # fmt: skip
    [item] = [i for i in lists.waiting(clinic=world.id) if i.kind == closed_days.KIND]
    worklist.finish(
        actor=world["front_desk"], uid=w.new(), at=world.later(minutes=1), item=item.id,
        text="the doctor comes in",
    )  # fmt: skip
    target = before[1].starts_at + timedelta(hours=2)
    booking_series.move_rest(
        actor=world["front_desk"], uid=w.new(), at=world.later(minutes=1), appointment=made[1],
        starts_at=target, chair=chair,
    )  # fmt: skip
    after = queries.of_patient(clinic=world.id, patient=patient)
    assert after[1].starts_at == target
    assert after[2:] == before[2:]
