"""The suicide-risk path: alert, deadline, the next one on call, screener, clearance."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from reprieve.knowledge import BadValue
from reprieve.pathway import (
    booking,
    clinic,
    closed_days,
    messages,
    questionnaires,
    risk,
    ticker,
    worklist,
)
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.pathway.permissions import by_link
from reprieve.records import notes
from reprieve.records.models import Observation, OutboxMessage, WorkItem
from reprieve.records.queries import risk as state
from reprieve.records.queries import worklist as lists
from tests import booking_desk as desk
from tests import world as worlds
from tests.world import World, new

CALM = {"q1": 0, "q2": 0, "q6": 0}
LEVELS = {
    "none": CALM,
    "low": CALM | {"q1": 1},
    "moderate": CALM | {"q6": 1, "q6-recent": 0},
    "high": CALM | {"q6": 1, "q6-recent": 1},
}
SUNDAY = datetime(2026, 3, 8, 17, 0, tzinfo=UTC)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield worlds.found()


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def item_nine(world: World, patient: uuid.UUID) -> None:
    """The patient answers the ninth question at home and never finishes the form."""
    questionnaires.save(
        actor=by_link(world.id, patient), uid=new(), at=world.at, patient=patient,
        instrument="phq-9", answers={"q9": 1}, complete=False, mode="home",
    )  # fmt: skip


def screen(world: World, patient: uuid.UUID, level: str, **more: Any) -> None:
    given = {"actor": world["infusion_nurse"], "complete": True, "answers": LEVELS[level]} | more
    questionnaires.save(
        uid=new(), at=world.at, patient=patient, instrument="c-ssrs-screener", mode="clinic",
        **given,
    )  # fmt: skip


def now(world: World, patient: uuid.UUID) -> state.RiskView:
    return state.view(clinic=world.id, patient=patient)


def clear(
    world: World, patient: uuid.UUID, role: str = "physician", reason: str = "Spoke."
) -> None:
    risk.clear(actor=world[role], uid=new(), at=world.at, patient=patient, reason=reason)


def test_nothing_is_known_of_a_new_patient(world: World, patient: uuid.UUID) -> None:
    assert state.state(clinic=world.id, patient=patient) == "none"
    assert now(world, patient).level is None


def test_item_nine_alerts_the_physician_on_call_with_a_deadline(
    world: World, patient: uuid.UUID
) -> None:
    item_nine(world, patient)
    (item,) = lists.waiting(clinic=world.id, patient=patient)
    assert (item.owner, item.due_at) == (
        world["physician"].practitioner, world.at + timedelta(minutes=15),
    )  # fmt: skip
    assert now(world, patient).state == "alert_open"


def test_outside_opening_hours_the_deadline_is_longer(world: World, patient: uuid.UUID) -> None:
    world.at = SUNDAY
    item_nine(world, patient)
    assert now(world, patient).due_at == SUNDAY + timedelta(minutes=60)


@pytest.mark.parametrize("here", ["booked", "arrived", "watched"])
def test_closing_today_lengthens_no_deadline_while_somebody_is_expected(
    world: World, patient: uuid.UUID, here: str
) -> None:
    from tests.chairside import sit

    visit = desk.book(
        world, patient, Slot(starts_at=world.at + timedelta(hours=1), kind="consultation")
    )
    if here == "arrived":
        mark(world, visit, "arrived")
    if here == "watched":
        mark(world, visit, "cancelled")
        sit(world)
    close_today(world)
    item_nine(world, patient)
    assert now(world, patient).due_at == world.at + timedelta(minutes=15)


def test_a_closed_day_without_patients_has_the_longer_deadline(
    world: World, patient: uuid.UUID
) -> None:
    visit = desk.book(
        world, patient, Slot(starts_at=world.at + timedelta(hours=1), kind="consultation")
    )
    mark(world, visit, "cancelled")
    close_today(world)
    item_nine(world, patient)
    assert now(world, patient).due_at == world.at + timedelta(minutes=60)


def test_at_night_a_closed_day_is_like_any_other(world: World, patient: uuid.UUID) -> None:
    desk.book(world, patient, Slot(starts_at=world.at + timedelta(hours=1), kind="consultation"))
    close_today(world)
    world.later(hours=10)
    item_nine(world, patient)
    assert now(world, patient).due_at == world.at + timedelta(minutes=60)


def mark(world: World, visit: uuid.UUID, act: str) -> None:
    booking.mark(
        actor=world["front_desk"], uid=new(), at=world.at, appointment=visit, act=act,
        reason="invented",
    )  # fmt: skip


def close_today(world: World) -> None:
    today = world.at.astimezone(desk.NEW_YORK).date()
    closed_days.close(
        actor=world["manager"], uid=new(), at=world.later(minutes=1), first=today, last=today,
        reason="water in the cellar",
    )  # fmt: skip


def test_the_clinic_names_who_is_called_and_by_when(world: World, patient: uuid.UUID) -> None:
    nurse = str(world["infusion_nurse"].practitioner)
    for key, value in (("risk.on_call", [nurse, "nobody"]), ("risk.deadline_open_min", 5)):
        clinic.choose(actor=world["manager"], uid=new(), at=world.at, key=key, value=value)
    item_nine(world, patient)
    (item,) = lists.waiting(clinic=world.id, patient=patient)
    assert (str(item.owner), item.due_at) == (nurse, world.at + timedelta(minutes=5))


def test_without_a_physician_the_director_is_called(world: World, patient: uuid.UUID) -> None:
    world.later(days=1)
    worlds.take_role(world, "physician", "physician")
    item_nine(world, patient)
    (item,) = lists.waiting(clinic=world.id, patient=patient)
    assert item.owner in {world["medical_director"].practitioner, world["admin"].practitioner}


def test_the_message_and_the_work_item_hold_no_health_word(
    world: World, patient: uuid.UUID
) -> None:
    item_nine(world, patient)
    sent = OutboxMessage.of(world.id).get()
    assert messages.content(sent) == (world.emails["physician"], {})
    assert (sent.template, sent.patient_id) == ("clinician_review", None)
    (item,) = lists.waiting(clinic=world.id, patient=patient)
    assert (item.kind, item.text) == ("clinician_review", "")


def test_a_second_answer_opens_no_second_alert(world: World, patient: uuid.UUID) -> None:
    item_nine(world, patient)
    world.later(minutes=1)
    item_nine(world, patient)
    assert WorkItem.of(world.id).count() == 1


def test_nobody_answering_hands_it_to_the_next_and_round_again(
    world: World, patient: uuid.UUID
) -> None:
    both = [str(world[role].practitioner) for role in ("physician", "medical_director")]
    clinic.choose(
        actor=world["manager"], uid=new(), at=world.at, key="risk.on_call", value=both
    )  # fmt: skip
    item_nine(world, patient)
    owners = []
    for _ in range(2):
        assert risk.escalate_due(clinic=world.id, at=world.later(minutes=14)) == 0
        assert risk.escalate_due(clinic=world.id, at=world.later(minutes=1)) == 1
        (item,) = lists.waiting(clinic=world.id, patient=patient)
        owners.append(str(item.owner))
    assert owners == [both[1], both[0]]
    assert OutboxMessage.of(world.id).count() == 3
    assert risk.escalate_due(clinic=worlds.found("Other").id, at=world.later(days=1)) == 0


def test_the_ticker_escalates_in_each_clinics_time(world: World, patient: uuid.UUID) -> None:
    item_nine(world, patient)  # long ago by the machine's clock
    assert ticker.escalate_risk() == 1
    assert ticker.escalate_risk() == 0


def test_escalation_goes_on_when_nobody_is_left_to_call(world: World, patient: uuid.UUID) -> None:
    item_nine(world, patient)
    world.later(minutes=1)
    for role in ("physician", "medical_director", "admin"):
        held = "physician" if role == "physician" else "medical_director"
        worlds.take_role(world, role, held)
    assert risk.escalate_due(clinic=world.id, at=world.later(minutes=14)) == 1
    assert WorkItem.of(world.id).get().level == 1
    assert OutboxMessage.of(world.id).count() == 1


def test_taking_it_on_gives_time_and_then_it_is_handed_on(world: World, patient: uuid.UUID) -> None:
    item_nine(world, patient)
    act = {"actor": world["infusion_nurse"], "patient": patient}
    risk.acknowledge(uid=new(), at=world.later(minutes=5), **act)
    assert WorkItem.of(world.id).get().state == "seen"
    assert risk.escalate_due(clinic=world.id, at=world.later(minutes=59)) == 0
    assert now(world, patient).state == "alert_open"
    assert risk.escalate_due(clinic=world.id, at=world.later(minutes=1)) == 1


def test_only_clinicians_handle_it_and_no_desk_can_close_it(
    world: World, patient: uuid.UUID
) -> None:
    item_nine(world, patient)
    act = {"uid": new(), "at": world.at, "patient": patient}
    with pytest.raises(PermissionDenied):
        risk.acknowledge(actor=world["front_desk"], **act)
    with pytest.raises(PermissionDenied):
        clear(world, patient, role="front_desk")
    item = now(world, patient).item
    assert item is not None
    for close in (worklist.finish, worklist.acknowledge):
        with pytest.raises(NotFound):  # the desk does not even see it
            close(actor=world["front_desk"], uid=new(), at=world.at, item=item)
        with pytest.raises(NotNow):
            close(actor=world["physician"], uid=new(), at=world.at, item=item)
    assert now(world, patient).state == "alert_open"


@pytest.mark.parametrize(
    ("level", "found", "waits"),
    [("none", "none", 0), ("low", "low", 0), ("moderate", "moderate", 1), ("high", "high", 1)],
)
def test_the_clinicians_screener_answers_by_its_level(
    world: World, patient: uuid.UUID, level: str, found: str, waits: int
) -> None:
    item_nine(world, patient)
    world.later(minutes=5)
    screen(world, patient, level)
    assert (now(world, patient).state, now(world, patient).level) == (found, level)
    assert len(lists.waiting(clinic=world.id, patient=patient)) == waits


def test_a_screener_filled_in_alone_answers_no_alert(world: World, patient: uuid.UUID) -> None:
    item_nine(world, patient)
    screen(world, patient, "none", actor=by_link(world.id, patient))
    assert now(world, patient).state == "alert_open"


def test_a_patients_own_high_screener_alerts_even_as_a_draft(
    world: World, patient: uuid.UUID
) -> None:
    draft = {"q2": 1, "q4": 1}
    screen(world, patient, "high", actor=by_link(world.id, patient), answers=draft, complete=False)
    found = now(world, patient)
    assert (found.state, found.level) == ("high", "high")
    assert found.item is not None


def test_an_uncertain_draft_leaves_the_alert_open(world: World, patient: uuid.UUID) -> None:
    screen(world, patient, "low", answers={"q2": 1}, complete=False)
    assert (now(world, patient).state, now(world, patient).level) == ("alert_open", None)


def test_an_older_screener_answers_no_newer_alert(world: World, patient: uuid.UUID) -> None:
    screen(world, patient, "none")
    world.later(days=1)
    item_nine(world, patient)
    assert (now(world, patient).state, now(world, patient).level) == ("alert_open", None)


def test_clearing_needs_a_screener_and_a_reason_and_holds_until_something_newer(
    world: World, patient: uuid.UUID
) -> None:
    with pytest.raises(NotNow):
        clear(world, patient)
    item_nine(world, patient)
    with pytest.raises(NotNow):
        clear(world, patient)
    screen(world, patient, "high")
    with pytest.raises(BadValue) as refused:
        clear(world, patient, reason=" ")
    assert refused.value.field == "reason"
    with pytest.raises(BadValue):
        clear(world, patient, reason="x" * 5000)
    clear(world, patient, reason="Safe with her sister; seen tomorrow.")
    found = now(world, patient)
    assert (found.state, found.level, found.item) == ("cleared", "high", None)
    row = Observation.of(world.id).get(code="suicide_risk_cleared")
    assert notes.read(row.note) == "Safe with her sister; seen tomorrow."
    world.later(minutes=1)
    item_nine(world, patient)
    assert now(world, patient).state == "alert_open"


def test_a_low_level_after_a_high_one_clears_nobody(world: World, patient: uuid.UUID) -> None:
    for level in ("high", "low", "moderate"):
        screen(world, patient, level)
        world.later(hours=1)
        assert now(world, patient).state == "high"
    clear(world, patient)
    world.later(hours=1)
    screen(world, patient, "low")
    assert now(world, patient).state == "low"
    with pytest.raises(NotNow):
        clear(world, patient)


def test_what_a_patient_says_opens_the_path_and_stays_encrypted(
    world: World, patient: uuid.UUID
) -> None:
    act = {"actor": world["infusion_nurse"], "at": world.at, "patient": patient}
    uid = new()
    first = risk.report(uid=uid, text="Says that life is not worth it.", **act)
    assert risk.report(uid=uid, text="Says that life is not worth it.", **act) == first
    row = Observation.of(world.id).get(code="suicidal_statement")
    assert notes.read(row.note) == "Says that life is not worth it."
    assert now(world, patient).state == "alert_open"
    with pytest.raises(BadValue):
        risk.report(uid=new(), text="", **act)


def test_there_must_be_an_alert_to_take_on(world: World, patient: uuid.UUID) -> None:
    with pytest.raises(NotFound):
        risk.acknowledge(
            actor=world["physician"], uid=new(), at=world.at, patient=patient
        )  # fmt: skip
