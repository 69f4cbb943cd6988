"""A visit whose day has passed without anybody's word is the desk's work until it has one."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from reprieve.pathway import (
    booking,
    clinic,
    closed_days,
    closing,
    escalation,
    followup,
    infusion,
    not_come,
    work_review,
    worklist,
)
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import NotNow
from reprieve.records.models import Appointment, AppointmentEvent, OutboxMessage, WorkItem
from reprieve.records.queries import booking as queries
from reprieve.records.queries import worklist as lists
from reprieve.records.queries.worklist import WorkView
from tests import booking_desk as desk
from tests import world as w
from tests.chairside import Chair
from tests.treated import responder
from tests.world import World, new

MONDAY = date(2026, 3, 9)


def waiting(world: World, kind: str = not_come.KIND) -> list[WorkView]:
    return [one for one in lists.waiting(clinic=world.id) if one.kind == kind]


def night_after(world: World, day: int) -> None:
    """This function will let the first minutes of a day in March begin, and look."""
    world.at = desk.at(day, 0, 10)
    work_review.review_all(clinic=world.id, at=world.at)


def visit_on(world: World, patient: uuid.UUID, day: int, *, kind: str = "follow_up") -> uuid.UUID:
    return desk.book(world, patient, Slot(starts_at=desk.at(day, 9), kind=kind))


def mark(world: World, visit: uuid.UUID, act: str, reason: str = "") -> None:
    booking.mark(
        actor=world["front_desk"], uid=new(), at=world.at, appointment=visit, act=act,
        reason=reason,
    )  # fmt: skip


def status(world: World, visit: uuid.UUID) -> str:
    return str(Appointment.of(world.id).get(pk=visit).status)


@pytest.mark.parametrize("late", [False, True])
def test_the_night_after_asks_the_desk_once_and_settles_nothing(
    world: World, *, late: bool
) -> None:
    patient, _ = w.person(world)
    visit = visit_on(world, patient, 9)
    night_after(world, 9)
    assert waiting(world) == []  # its day has only begun
    if late:
        world.at = desk.at(9, 9)
        mark(world, visit, "late")
    night_after(world, 10)
    (item,) = waiting(world)
    assert (item.owner_role, item.patient) == ("front_desk", patient)
    assert item.due_at == desk.at(10, 18)
    night_after(world, 11)
    assert [one.id for one in waiting(world)] == [item.id]
    assert status(world, visit) == ("late" if late else "booked")
    escalation.escalate_due(clinic=world.id, at=item.due_at)
    assert WorkItem.of(world.id).get(pk=item.id).level == 1


@pytest.mark.parametrize(
    ("act", "reason", "after"),
    [
        ("no_show", "the phone is off", "no_show"),
        ("cancelled", "The clinic was closed: new floor", "cancelled"),
        ("arrived", "", "arrived"),
    ],
)
def test_a_persons_word_ends_it_and_is_kept(
    world: World, act: str, reason: str, after: str
) -> None:
    patient, _ = w.person(world)
    visit = visit_on(world, patient, 9)
    night_after(world, 10)
    mark(world, visit, act, reason)
    assert (waiting(world), status(world, visit)) == ([], after)
    last = AppointmentEvent.of(world.id).filter(appointment_id=visit).order_by("recorded_at").last()
    assert last is not None
    assert (last.kind, last.by_id) == (act, world["front_desk"].practitioner)
    assert queries.history(clinic=world.id, appointment=visit)[-1][2] == reason
    night_after(world, 11)
    assert waiting(world) == []


def test_a_missed_visit_is_then_to_be_booked_again(world: World) -> None:
    patient, _ = w.person(world)
    visit = visit_on(world, patient, 9)
    night_after(world, 10)
    mark(world, visit, "no_show")
    assert len(waiting(world, "book_follow_up")) == 1


def test_moving_it_ends_it(world: World) -> None:
    patient, _ = w.person(world)
    visit = visit_on(world, patient, 9)
    night_after(world, 10)
    booking.move(
        actor=world["front_desk"], uid=new(), at=world.at, appointment=visit,
        wanted=Slot(starts_at=desk.at(12, 9), kind="follow_up"),
    )  # fmt: skip
    assert waiting(world) == []


def test_the_last_of_several_ends_it(world: World) -> None:
    patient, _ = w.person(world)
    first, second = visit_on(world, patient, 9), visit_on(world, patient, 10)
    night_after(world, 11)
    mark(world, first, "no_show")
    assert len(waiting(world)) == 1
    mark(world, second, "no_show")
    assert waiting(world) == []


def test_only_the_visit_itself_ends_it(world: World) -> None:
    patient, _ = w.person(world)
    visit_on(world, patient, 9)
    night_after(world, 10)
    (item,) = waiting(world)
    with pytest.raises(NotNow):
        worklist.finish(
            actor=world["front_desk"], uid=new(), at=world.at, item=item.id, text="called"
        )
    assert len(waiting(world)) == 1


def test_nobody_is_told_that_a_past_visit_is_cancelled(world: World) -> None:
    patient, _ = w.person(world)
    past, coming = visit_on(world, patient, 9), visit_on(world, patient, 12)
    night_after(world, 10)
    mark(world, past, "cancelled", "closed")
    told = OutboxMessage.of(world.id).filter(template="appointment_cancelled")
    assert not told.exists()
    mark(world, coming, "cancelled", "closed")
    assert [one.appointment_id for one in told] == [coming]


def test_a_visit_on_a_day_closed_since_is_handed_on(world: World) -> None:
    patient, _ = w.person(world)
    visit = visit_on(world, patient, 9)
    closed_days.close(
        actor=world["manager"], uid=new(), at=world.at, first=MONDAY, last=MONDAY,
        reason="new floor",
    )  # fmt: skip
    assert len(waiting(world, closed_days.KIND)) == 1
    night_after(world, 9)
    assert (len(waiting(world, closed_days.KIND)), waiting(world)) == (1, [])
    world.at = desk.at(9, 23)
    work_review.review_all(clinic=world.id, at=world.at)
    assert len(waiting(world, closed_days.KIND)) == 1  # until the other takes it over
    night_after(world, 10)
    assert (waiting(world, closed_days.KIND), len(waiting(world))) == ([], 1)
    mark(world, visit, "cancelled", "The clinic was closed: new floor")
    assert waiting(world) == []


def test_a_visit_that_stayed_on_a_closed_day_is_asked_for_too(world: World) -> None:
    patient, _ = w.person(world)
    visit_on(world, patient, 9)
    closed_days.close(
        actor=world["manager"], uid=new(), at=world.at, first=MONDAY, last=MONDAY,
        reason="new floor",
    )  # fmt: skip
    (item,) = waiting(world, closed_days.KIND)
    worklist.finish(
        actor=world["front_desk"], uid=new(), at=world.at, item=item.id, text="comes anyway"
    )
    night_after(world, 10)
    assert len(waiting(world)) == 1


def test_what_was_left_open_for_weeks_is_not_asked_about(world: World) -> None:
    patient, _ = w.person(world)
    visit_on(world, patient, 9)
    world.at = desk.at(9, 9) + queries.OLDEST + timedelta(minutes=1)
    work_review.review_all(clinic=world.id, at=world.at)
    assert waiting(world) == []


def test_an_item_does_not_end_by_growing_old(world: World) -> None:
    patient, _ = w.person(world)
    visit = visit_on(world, patient, 9)
    night_after(world, 10)
    for weeks in (1, 2, 3):
        world.at = desk.at(10, 0, 10) + timedelta(weeks=weeks)
        work_review.review_all(clinic=world.id, at=world.at)
        assert len(waiting(world)) == 1
    mark(world, visit, "no_show")
    assert waiting(world) == []


def test_over_a_weekend_it_is_due_on_the_day_when_somebody_is_there(world: World) -> None:
    patient, _ = w.person(world)
    visit_on(world, patient, 13)  # a Friday
    night_after(world, 14)
    assert waiting(world)[0].due_at == desk.at(16, 18)


def test_nothing_else_is_asked_of_who_stands_still_until_it_has_a_word(world: World) -> None:
    patient, _ = w.person(world)
    visit = visit_on(world, patient, 9, kind="consultation")
    night_after(world, 14)
    kinds = {one.kind for one in lists.waiting(clinic=world.id, patient=patient)}
    assert "not_come" in kinds
    assert "next_visit" not in kinds
    mark(world, visit, "no_show")
    assert "not_come" not in {one.kind for one in lists.waiting(clinic=world.id)}


def test_an_infusion_given_without_naming_its_visit_counts(world: World) -> None:
    made = responder(world, weeks=())
    [chair] = desk.chairs(world, 1)
    slot = Slot(starts_at=world.later(minutes=5), kind="infusion", chair=chair)
    desk.book_anyway(world, made.patient, slot)
    world.later(minutes=10)
    made.infuse(no=2)
    world.later(days=1)
    assert queries.not_come(clinic=world.id, at=world.at) == []


def test_after_the_end_of_care_a_word_books_nothing_again(world: World) -> None:
    patient, _ = w.person(world)
    visit = visit_on(world, patient, 9)
    night_after(world, 10)
    world.later(hours=10)
    closing.close(
        actor=world["physician"], uid=new(), at=world.at, patient=patient,
        because="moved_away", reason="as told",
    )  # fmt: skip
    mark(world, visit, "no_show")
    assert lists.waiting(clinic=world.id, patient=patient) == []


def test_what_was_settled_while_the_night_looked_is_not_opened(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, _ = w.person(world)
    visit, real = visit_on(world, patient, 9), work_review.perform

    def slow(act: str, **more: Any) -> Any:
        if act == work_review.ACT and status(world, visit) == "booked":
            mark(world, visit, "no_show")
        return real(act, **more)

    monkeypatch.setattr(work_review, "perform", slow)
    night_after(world, 10)
    assert waiting(world) == []


def test_who_was_given_an_infusion_came(world: World) -> None:
    patient, episode = w.person(world)
    [chair] = desk.chairs(world, 1)
    visit = desk.book(world, patient, Slot(starts_at=desk.at(9, 9), kind="infusion", chair=chair))
    world.at = desk.at(9, 9)
    encounter = infusion.prepare(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, episode=episode,
        appointment=visit,
    )  # fmt: skip
    night_after(world, 10)
    assert len(waiting(world)) == 1  # prepared for nobody
    Chair(world, encounter, patient).do("started", rate_ug_per_h=50_000)
    assert queries.not_come(clinic=world.id, at=world.at, patient=patient) == []


def test_who_was_seen_at_a_follow_up_came(world: World) -> None:
    made = responder(world, weeks=())
    visit = desk.book_anyway(
        world, made.patient, Slot(starts_at=world.later(minutes=5), kind="follow_up")
    )
    followup.decide(
        actor=world["physician"], uid=new(), at=world.later(minutes=10), patient=made.patient,
        outcome="continue", reason="doing well", appointment=visit,
    )  # fmt: skip
    world.later(days=1)
    assert queries.not_come(clinic=world.id, at=world.at) == []


def test_the_end_of_care_leaves_it_and_a_death_ends_it(world: World) -> None:
    moved, died = w.person(world)[0], desk.another(world, "Ana")
    for patient in (moved, died):
        visit_on(world, patient, 9)
    night_after(world, 10)
    for patient, because in ((moved, "moved_away"), (died, "died")):
        closing.close(
            actor=world["front_desk"], uid=new(), at=world.at, patient=patient,
            because=because, reason="by letter",
        )  # fmt: skip
    assert [one.patient for one in waiting(world)] == [moved]


def test_another_clinics_visit_is_not_ours(world: World) -> None:
    other = w.found("Second Clinic", at=world.at)
    clinic.add_chair(actor=other["admin"], uid=new(), at=other.at, name="1")
    visit_on(other, w.person(other)[0], 9)
    night_after(world, 10)
    assert queries.not_come(clinic=world.id, at=world.at) == []
    assert len(queries.not_come(clinic=other.id, at=world.at)) == 1
