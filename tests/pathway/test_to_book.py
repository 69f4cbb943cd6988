"""What has no place waits for the desk until it is booked, or until the desk says why not."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from reprieve.pathway import booking, booking_undo, to_book, worklist
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import Conflict, NotNow
from reprieve.records.models import Appointment, AppointmentEvent, AuditEvent, EpisodeOfCare
from reprieve.records.queries import worklist as lists
from reprieve.records.queries.worklist import WorkView
from tests import booking_desk as desk
from tests import world as w
from tests.treated import treated
from tests.world import World, new


def waiting(world: World, kind: str = to_book.INFUSION) -> list[WorkView]:
    return [one for one in lists.waiting(clinic=world.id) if one.kind == kind]


def mark(world: World, visit: uuid.UUID, act: str, reason: str = "") -> None:
    booking.mark(
        actor=world["front_desk"], uid=new(), at=world.at, appointment=visit, act=act,
        reason=reason,
    )  # fmt: skip


@pytest.fixture
def chair(world: World) -> uuid.UUID:
    return desk.chairs(world, 1)[0]


def infusion(day: int, chair: uuid.UUID, **more: object) -> Slot:
    return Slot(starts_at=desk.at(day, 9), kind="infusion", chair=chair, **more)  # type: ignore[arg-type]


def test_a_cancelled_infusion_is_booked_again(world: World, chair: uuid.UUID) -> None:
    patient, _ = w.person(world)
    visit = desk.book(world, patient, infusion(9, chair))
    mark(world, visit, "cancelled", "has a cold")
    (item,) = waiting(world)
    assert (item.owner_role, item.text, item.patient) == ("front_desk", "has a cold", patient)
    assert item.due_at == world.at + to_book.WITHIN
    desk.book(world, patient, infusion(10, chair))
    assert waiting(world) == []


def test_a_missed_infusion_waits_until_the_desk_says_why(world: World, chair: uuid.UUID) -> None:
    patient, _ = w.person(world)
    visit = desk.book(world, patient, infusion(9, chair))
    world.at = desk.at(9, 10)
    mark(world, visit, "no_show")
    (item,) = waiting(world)
    worklist.finish(
        actor=world["front_desk"], uid=new(), at=world.at, item=item.id, text="away in May"
    )
    assert waiting(world) == []


@pytest.mark.parametrize("kind", ["consultation", "follow_up"])
def test_every_kind_of_visit_is_asked_for_again(world: World, kind: str) -> None:
    patient, _ = w.person(world)
    visit = desk.book(world, patient, Slot(starts_at=desk.at(9, 9), kind=kind))
    mark(world, visit, "cancelled", "snow")
    assert len(waiting(world, to_book.kind(kind))) == 1
    again = desk.book(world, patient, Slot(starts_at=desk.at(10, 9), kind=kind))
    assert waiting(world, to_book.kind(kind)) == []
    desk.book(world, patient, Slot(starts_at=desk.at(11, 9), kind=kind))
    mark(world, again, "cancelled", "snow")
    assert waiting(world, to_book.kind(kind)) == []


def test_a_plan_waits_until_each_infusion_has_a_place(world: World, chair: uuid.UUID) -> None:
    made = treated(world)
    plan = made.plan(sessions=2)
    assert len(waiting(world)) == 1
    for number in (1, 2):
        assert len(waiting(world)) == 1
        slot = Slot(
            starts_at=world.at + timedelta(days=3 + number), kind="infusion", chair=chair,
            series_no=number, plan=plan,
        )  # fmt: skip
        desk.book_anyway(world, made.patient, slot)
    assert waiting(world) == []


def test_a_visit_booked_by_itself_counts_for_the_plan(world: World, chair: uuid.UUID) -> None:
    made = treated(world)
    made.plan(sessions=2)
    for days in (3, 4):
        assert len(waiting(world)) == 1
        slot = Slot(starts_at=world.at + timedelta(days=days), kind="infusion", chair=chair)
        desk.book_anyway(world, made.patient, slot)
    assert waiting(world) == []


def test_what_was_given_without_a_booking_has_its_place(world: World, chair: uuid.UUID) -> None:
    made = treated(world)
    plan = made.plan(sessions=2)
    made.infuse(plan, no=1)
    slot = Slot(
        starts_at=world.at + timedelta(days=3), kind="infusion", chair=chair, series_no=2,
        plan=plan,
    )  # fmt: skip
    desk.book_anyway(world, made.patient, slot)
    assert waiting(world) == []


class TestMissed:
    def test_nobody_is_missed_before_the_time(self, world: World, chair: uuid.UUID) -> None:
        patient, _ = w.person(world)
        visit = desk.book(world, patient, infusion(9, chair))
        world.at = desk.at(9, 8, 59)
        with pytest.raises(NotNow, match="not begun"):
            mark(world, visit, "no_show")
        assert Appointment.of(world.id).get(pk=visit).status == "booked"

    def test_it_is_taken_back_on_the_day(self, world: World, chair: uuid.UUID) -> None:
        patient, _ = w.person(world)
        visit = desk.book(world, patient, infusion(9, chair))
        world.at = desk.at(9, 9, 20)
        mark(world, visit, "no_show")
        world.later(minutes=1)
        restore(world, visit)
        assert Appointment.of(world.id).get(pk=visit).status == "booked"
        assert waiting(world) == []
        rows = AppointmentEvent.of(world.id).filter(appointment_id=visit)
        kinds = rows.order_by("recorded_at", "id").values_list("kind", flat=True)
        assert list(kinds) == ["booked", "no_show", "restored"]
        assert AuditEvent.objects.filter(subject=str(visit), detail__act="restored").exists()
        with pytest.raises(Conflict):
            desk.book_anyway(world, desk.another(world, "Bo"), infusion(9, chair))
        mark(world, visit, "arrived")

    def test_not_when_somebody_has_taken_the_time(self, world: World, chair: uuid.UUID) -> None:
        patient, _ = w.person(world)
        visit = desk.book(world, patient, infusion(9, chair))
        world.at = desk.at(9, 9)
        mark(world, visit, "no_show")
        desk.book_anyway(world, desk.another(world, "Bo"), infusion(9, chair))
        with pytest.raises(Conflict):
            restore(world, visit)
        assert Appointment.of(world.id).get(pk=visit).status == "no_show"

    def test_not_on_another_day(self, world: World, chair: uuid.UUID) -> None:
        patient, _ = w.person(world)
        visit = desk.book(world, patient, infusion(9, chair))
        world.at = desk.at(9, 12)
        mark(world, visit, "no_show")
        world.later(days=1)
        with pytest.raises(NotNow, match="day of the visit"):
            restore(world, visit)

    def test_only_what_was_missed(self, world: World, chair: uuid.UUID) -> None:
        patient, _ = w.person(world)
        visit = desk.book(world, patient, infusion(9, chair))
        world.at = desk.at(9, 9)
        with pytest.raises(NotNow):
            restore(world, visit)


def restore(world: World, visit: uuid.UUID) -> None:
    booking_undo.restore(actor=world["front_desk"], uid=new(), at=world.at, appointment=visit)


def test_a_series_that_was_ended_asks_for_no_more(world: World, chair: uuid.UUID) -> None:
    made = treated(world)
    plan = made.plan(sessions=3)
    made.infuse(plan, no=1)
    slot = Slot(
        starts_at=world.at + timedelta(days=3), kind="infusion", chair=chair, series_no=2,
        plan=plan,
    )  # fmt: skip
    visit = desk.book_anyway(world, made.patient, slot)
    EpisodeOfCare.of(world.id).filter(pk=made.episode).update(state="follow_up")
    assert to_book.is_missing(
        clinic=world.id, patient=made.patient, visit="infusion", at=world.at
    ) is False
    mark(world, visit, "cancelled", "series ended")
    assert len(waiting(world)) == 1
