"""Somebody is away, somebody walks in, and the free times of a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import booking_absence, booking_times, booking_walk_in, clinic
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import Conflict, NotFound, PermissionDenied
from reprieve.records.queries import booking as queries
from tests import booking_desk as desk
from tests import world as w

pytestmark = pytest.mark.usefixtures("db")


def away(world: w.World, first: int = 9, last: int = 10):  # type: ignore[no-untyped-def]
    return booking_absence.note(
        actor=world["front_desk"], uid=w.new(), at=world.at, reason="course",
        practitioner=world["physician"].practitioner, starts_at=desk.at(first, 0),
        ends_at=desk.at(last, 23),
    )  # fmt: skip


def with_visits() -> tuple[w.World, list]:
    world = w.found()
    doctor = world["physician"].practitioner
    people = [w.person(world)[0], desk.another(world, "Otto")]
    visits = [
        desk.book(
            world, patient,
            Slot(starts_at=desk.at(9, 9 + n), kind="consultation", practitioner=doctor),
        )
        for n, patient in enumerate(people)
    ]  # fmt: skip
    return world, visits


def starts(world: w.World, visits: list) -> list:
    return [queries.one(clinic=world.id, appointment=one).starts_at for one in visits]


def test_all_go_to_the_same_hour_after_the_absence() -> None:
    world, visits = with_visits()
    absence = away(world)
    found = booking_absence.affected(clinic=world.id, absence=absence)
    assert [one.id for one in found] == visits
    left = booking_absence.settle(
        actor=world["front_desk"], uid=w.new(), at=world.at, absence=absence
    )
    assert left == []
    assert starts(world, visits) == [desk.at(11, 9), desk.at(11, 10)]
    assert booking_absence.affected(clinic=world.id, absence=absence) == []


def test_a_colleague_takes_over_what_is_free_and_the_rest_is_named() -> None:
    world, visits = with_visits()
    other = world["medical_director"].practitioner
    third = desk.another(world, "Ida")
    desk.book(
        world, third, Slot(starts_at=desk.at(9, 10), kind="consultation", practitioner=other)
    )
    absence = away(world)
    left = booking_absence.settle(
        actor=world["front_desk"], uid=w.new(), at=world.at, absence=absence, to=other
    )
    assert left == [visits[1]]
    assert starts(world, visits) == [desk.at(9, 9), desk.at(9, 10)]
    assert queries.one(clinic=world.id, appointment=visits[0]).practitioner == other


def test_a_stranger_takes_nothing_over() -> None:
    world, _visits = with_visits()
    absence = away(world)
    stranger = w.found("Elsewhere")["physician"].practitioner
    with pytest.raises(NotFound):
        booking_absence.settle(
            actor=world["front_desk"], uid=w.new(), at=world.at, absence=absence, to=stranger
        )


def test_all_are_cancelled_with_a_reason() -> None:
    world, visits = with_visits()
    absence = away(world)
    do = {"actor": world["front_desk"], "at": world.at, "absence": absence}
    with pytest.raises(BadValue, match="reason"):
        booking_absence.cancel_all(**do, uid=w.new(), reason=" ")
    assert booking_absence.cancel_all(**do, uid=w.new(), reason="doctor away") == 2
    assert {queries.one(clinic=world.id, appointment=one).status for one in visits} == {"cancelled"}


def test_an_absence_is_checked_listed_and_taken_back() -> None:
    world = w.found()
    absence = away(world)
    assert [one.id for one in queries.absences_after(clinic=world.id, at=world.at)] == [absence]
    do = {
        "actor": world["front_desk"], "at": world.at,
        "practitioner": world["physician"].practitioner, "starts_at": desk.at(9, 9),
    }  # fmt: skip
    for wrong in (
        {"ends_at": desk.at(9, 9)},
        {"ends_at": desk.at(9, 9) + timedelta(days=500)},
        {"ends_at": desk.at(9, 10), "reason": "x" * 201},
    ):
        with pytest.raises(BadValue, match=list(wrong)[-1]):
            booking_absence.note(**do, uid=w.new(), **wrong)
    with pytest.raises(NotFound):
        booking_absence.note(**{**do, "practitioner": w.new()}, uid=w.new(), ends_at=desk.at(9, 10))
    with pytest.raises(PermissionDenied):
        booking_absence.note(
            **{**do, "actor": world["auditor"]}, uid=w.new(), ends_at=desk.at(9, 10)
        )
    gone = {"actor": world["front_desk"], "at": world.at, "absence": absence}
    booking_absence.take_back(**gone, uid=w.new())
    assert queries.absences_after(clinic=world.id, at=world.at) == []
    assert queries.absences(clinic=world.id, start=desk.at(8, 0), end=desk.at(12, 0)) == []
    with pytest.raises(NotFound):
        booking_absence.take_back(**{**gone, "absence": w.new()}, uid=w.new())


def test_an_absence_that_has_begun_ends_now() -> None:
    world = w.found()
    absence = away(world)
    booking_absence.take_back(
        actor=world["front_desk"], uid=w.new(), at=desk.at(9, 12), absence=absence
    )
    found = queries.absences(clinic=world.id, start=desk.at(8, 0), end=desk.at(12, 0))
    assert [row[1:3] for row in found] == [(desk.at(9, 0), desk.at(9, 12))]


def test_a_clinician_who_is_away_is_named_without_an_id() -> None:
    world = w.found()
    patient, _ = w.person(world)
    away(world)
    doctor = world["physician"].practitioner
    with pytest.raises(Conflict, match="away at this time") as refused:
        desk.book(
            world, patient, Slot(starts_at=desk.at(9, 9), kind="consultation", practitioner=doctor)
        )
    assert str(doctor) not in str(refused.value)


def test_whoever_walks_in_is_booked_for_now_and_here() -> None:
    world = w.found()
    (chair, _) = desk.chairs(world)
    patient, _ = w.person(world)
    world.later(minutes=3, seconds=20)
    do = {"actor": world["front_desk"], "at": world.at, "kind": "infusion", "chair": chair}
    made = booking_walk_in.walk_in(**do, uid=w.new(), patient=patient)
    view = queries.one(clinic=world.id, appointment=made)
    assert (view.status, view.starts_at) == ("arrived", w.NOON)
    with pytest.raises(Conflict):
        booking_walk_in.walk_in(**do, uid=w.new(), patient=desk.another(world, "Otto"))


def free(world: w.World, kind: str, day: int = 9, **more):  # type: ignore[no-untyped-def]
    return booking_times.free(
        clinic=world.id, day=desk.at(day, 9).date(), kind=kind, at=world.at, **more
    )


def test_the_free_times_of_a_day() -> None:
    world = w.found()
    first, second = desk.chairs(world)
    patient, _ = w.person(world)
    consultations = free(world, "consultation")
    assert consultations[0].starts_at == desk.at(9, 8)
    assert consultations[-1].starts_at == desk.at(9, 17)
    assert {one.chair for one in free(world, "infusion")} == {first}
    desk.book(world, patient, Slot(starts_at=desk.at(9, 9), kind="infusion", chair=first))
    assert next(one for one in free(world, "infusion") if one.starts_at == desk.at(9, 9)).chair == (
        second
    )
    assert free(world, "infusion", day=8) == []
    away(world)
    assert free(world, "infusion", practitioner=world["physician"].practitioner) == []
    assert free(world, "consultation", practitioner=world["physician"].practitioner) == []
    with pytest.raises(BadValue, match="kind"):
        free(world, "massage")


def test_full_chairs_leave_no_time() -> None:
    world = w.found()
    (only,) = desk.chairs(world, 1)
    clinic.choose(
        actor=world["admin"], uid=w.new(), at=world.at, key="booking.hours",
        value={"0": [["09:00", "13:00"]]},
    )  # fmt: skip
    patient, _ = w.person(world)
    desk.book(world, patient, Slot(starts_at=desk.at(9, 9), kind="infusion", chair=only))
    assert free(world, "infusion") == []
