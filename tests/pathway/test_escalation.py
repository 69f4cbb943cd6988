"""Overdue work is handed up and stays in view; nothing drops in silence."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from reprieve.pathway import escalation, messages, risk, work_sight, worklist
from reprieve.pathway.permissions import ROLES
from reprieve.records.models import OutboxMessage, WorkItem, WorkItemEvent
from reprieve.records.queries import people
from reprieve.records.queries import worklist as queries
from tests import world as worlds
from tests.world import World

DAY = timedelta(days=1)


def opened(world: World, *, role: str = "infusion_nurse", kind: str = "call_24h") -> uuid.UUID:
    patient, _ = worlds.person(world)
    return worklist.open_item(
        actor=world["infusion_nurse"], at=world.at, kind=kind, owner_role=role,
        due_at=world.at + timedelta(hours=1), patient=patient,
    )  # fmt: skip


def seers(world: World) -> set[str]:
    return {
        role
        for role in ROLES
        for item in queries.waiting(clinic=world.id)
        if work_sight.sees(item, [role])
    }


def test_what_is_in_time_stays_with_its_owner(world: World) -> None:
    opened(world)
    assert escalation.escalate_due(clinic=world.id, at=world.at) == 0
    assert seers(world) == {"infusion_nurse"}


def test_an_overdue_call_is_handed_up_day_by_day(world: World) -> None:
    item = opened(world)
    late = world.at + timedelta(hours=2)
    assert escalation.escalate_due(clinic=world.id, at=late) == 1
    assert escalation.escalate_due(clinic=world.id, at=late) == 0
    assert seers(world) == {"infusion_nurse", "physician"}
    assert escalation.escalate_due(clinic=world.id, at=late + DAY) == 1
    assert seers(world) == {"infusion_nurse", "physician", "medical_director"}
    assert escalation.escalate_due(clinic=world.id, at=late + 9 * DAY) == 0
    row = WorkItem.of(world.id).get(pk=item)
    assert (row.level, row.due_at) == (2, world.at + timedelta(hours=1))
    events = WorkItemEvent.of(world.id).filter(item=item, kind="escalated")
    asked = {people.member(clinic=world.id, practitioner=e.owner_id).roles for e in events}
    assert len(asked) == 2
    assert all(roles & {"physician", "medical_director"} for roles in asked)


def test_who_it_is_handed_to_is_told_without_a_health_word(world: World) -> None:
    opened(world)
    escalation.escalate_due(clinic=world.id, at=world.at + DAY)
    row = OutboxMessage.of(world.id).filter(template="clinician_review").get()
    to, params = messages.content(row)
    assert (to, params) == (world.emails["physician"], {})


def test_what_was_taken_on_and_not_done_is_handed_up_too(world: World) -> None:
    item = opened(world, kind="deviation")
    worklist.acknowledge(
        actor=world["infusion_nurse"], uid=worlds.new(), at=world.at, item=item
    )
    assert escalation.escalate_due(clinic=world.id, at=world.at + DAY) == 1


@pytest.mark.parametrize(("role", "top"), [("front_desk", 1), ("physician", 1), ("manager", 1)])
def test_each_ladder_ends_with_the_director(world: World, role: str, top: int) -> None:
    item = opened(world, role=role)
    for days in range(1, 5):
        escalation.escalate_due(clinic=world.id, at=world.at + days * DAY)
    assert WorkItem.of(world.id).get(pk=item).level == top
    assert "medical_director" in seers(world)


def test_done_work_and_alerts_with_a_ladder_of_their_own_are_left_alone(world: World) -> None:
    item = opened(world, kind="deviation")
    worklist.finish(actor=world["infusion_nurse"], uid=worlds.new(), at=world.at, item=item)
    patient, _ = worlds.person(world, email="other@example.org", mrn="B-1", phone="")
    risk.alert(actor=world["infusion_nurse"], at=world.at, patient=patient)
    assert escalation.escalate_due(clinic=world.id, at=world.at + 2 * DAY) == 0


def test_every_clinic_by_its_own_clock(world: World) -> None:
    opened(world)
    assert escalation.escalate_every_clinic() >= 1
