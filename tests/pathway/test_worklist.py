"""The work list: who may take on and close what, and what a step of its own closes."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from reprieve.pathway import worklist
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.records.models import AuditEvent, WorkItem
from tests import world as worlds
from tests.world import World, new


def opened(world: World, kind: str, role: str = "physician", level: int = 0) -> uuid.UUID:
    patient, _ = worlds.person(world)
    item = worklist.open_item(
        actor=world["infusion_nurse"], at=world.at, kind=kind, owner_role=role,
        due_at=world.at + timedelta(hours=1), patient=patient,
    )  # fmt: skip
    WorkItem.of(world.id).filter(pk=item).update(level=level)
    return item


@pytest.mark.parametrize("who", ["front_desk", "infusion_nurse"])
@pytest.mark.parametrize("kind", ["deviation", "fall_review", "left_early", "screen_phq_9"])
def test_nobody_closes_what_they_do_not_see(world: World, who: str, kind: str) -> None:
    item = opened(world, kind)
    with pytest.raises(NotFound):
        worklist.finish(actor=world[who], uid=new(), at=world.at, item=item, text="seen")
    with pytest.raises(NotFound):
        worklist.acknowledge(actor=world[who], uid=new(), at=world.at, item=item)
    assert WorkItem.of(world.id).get(pk=item).state == "open"
    rows = AuditEvent.objects.filter(clinic_id=world.id, action="work.refused")
    assert set(rows.values_list("actor", "subject")) == {(world[who].label, str(item))}
    assert rows.count() == 2


@pytest.mark.parametrize(
    ("who", "role", "level"),
    [
        ("physician", "physician", 0), ("medical_director", "physician", 0),
        ("physician", "infusion_nurse", 1), ("medical_director", "front_desk", 1),
    ],
)  # fmt: skip
def test_who_sees_it_closes_it(world: World, who: str, role: str, level: int) -> None:
    item = opened(world, "deviation", role, level)
    worklist.finish(actor=world[who], uid=new(), at=world.at, item=item, text="looked at")
    assert WorkItem.of(world.id).get(pk=item).state == "done"


@pytest.mark.parametrize("kind", ["adverse_event", "evaluation_review"])
def test_a_step_of_its_own_closes_it(world: World, kind: str) -> None:
    item = opened(world, kind)
    with pytest.raises(NotNow, match="own page"):
        worklist.finish(actor=world["physician"], uid=new(), at=world.at, item=item, text="seen")


def test_an_item_that_is_not_there(world: World) -> None:
    with pytest.raises(NotFound):
        worklist.finish(actor=world["physician"], uid=new(), at=world.at, item=new())
    assert not AuditEvent.objects.filter(clinic_id=world.id, action="work.refused").exists()


def test_one_of_a_kind_waits_for_a_patient(world: World) -> None:
    patient, _ = worlds.person(world)
    ids = {
        worklist.open_once(
            actor=world["physician"], at=world.at, kind="next_visit", owner_role="front_desk",
            due_at=world.at, patient=patient,
        )
        for _ in range(2)
    }  # fmt: skip
    assert len(ids) == 1
