"""Emergency access: for a reason, for an hour, for reading, and looked at afterwards."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import emergency, worklist
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.pathway.permissions import allowed
from reprieve.records import access
from reprieve.records.queries import emergencies
from reprieve.records.queries import worklist as waiting
from tests import world as w

pytestmark = pytest.mark.usefixtures("db")
REASON = "The nurse fainted and the alarm is on"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> w.World:
    made = w.found()
    monkeypatch.setattr(emergency.clock, "now", lambda _clinic: made.at)
    return made


def asked(world: w.World, role: str = "front_desk", reason: str = REASON) -> uuid.UUID:
    emergency.open_records(actor=world[role], uid=w.new(), at=world.at, reason=reason)
    return emergencies.every(clinic=world.id)[0].id


def judge(world: w.World, role: str, one: uuid.UUID, *, note: str = "", fine: bool = True) -> None:
    emergency.review(
        actor=world[role], uid=w.new(), at=world.later(minutes=5), access=one, justified=fine,
        note=note,
    )  # fmt: skip


def test_it_opens_records_for_reading_and_for_an_hour_only(world: w.World) -> None:
    desk = world["front_desk"]
    assert emergency.widened(desk) == desk
    asked(world)
    wide = emergency.widened(desk)
    assert wide is not None
    assert not allowed(desk, "infusion.open")
    assert allowed(wide, "infusion.open")
    for act in (
        "infusion.run",
        "infusion.chart",
        "plan.sign",
        "export.run",
        "staff.change",
        "ledger.open",
    ):
        assert not allowed(wide, act)
    world.later(minutes=61)
    assert emergency.widened(desk) == desk


def test_who_needs_none_gets_none(world: w.World) -> None:
    nurse = world["infusion_nurse"]
    assert emergency.widened(nurse) == nurse
    assert emergency.widened(None) is None
    with pytest.raises(PermissionDenied):
        asked(world, "infusion_nurse")
    with pytest.raises(PermissionDenied):
        emergency.open_records(
            actor=replace(world["front_desk"], practitioner=None), uid=w.new(), at=world.at,
            reason=REASON,
        )  # fmt: skip
    with pytest.raises(BadValue, match="reason"):
        asked(world, reason="urgent")


def test_the_director_is_asked_to_look_and_what_was_opened_is_counted(world: w.World) -> None:
    one = asked(world)
    [item] = [i for i in waiting.waiting(clinic=world.id) if i.kind == emergency.KIND]
    assert item.owner_role == "medical_director"
    with pytest.raises(NotNow):
        worklist.finish(actor=world["medical_director"], uid=w.new(), at=world.at, item=item.id)
    access.note(clinic=world.id, at=world.at, actor=world["front_desk"].label, view="infusion")
    access.note(clinic=world.id, at=world.at, actor=world["manager"].label, view="infusion")
    judge(world, "medical_director", one)
    [view] = emergencies.every(clinic=world.id)
    assert (view.opened, view.justified, view.reason) == (1, True, REASON)
    assert not [i for i in waiting.waiting(clinic=world.id) if i.kind == emergency.KIND]
    with pytest.raises(NotNow):
        judge(world, "auditor", one)


def test_what_is_wrong_is_said_and_nobody_judges_their_own(world: w.World) -> None:
    one = asked(world)
    with pytest.raises(BadValue, match="note"):
        judge(world, "auditor", one, fine=False)
    with pytest.raises(NotFound):
        judge(world, "auditor", uuid.uuid4())
    with pytest.raises(NotFound):
        judge(w.found(), "auditor", one)
    own = replace(world["front_desk"], roles=frozenset({"auditor"}))
    with pytest.raises(PermissionDenied):
        emergency.review(actor=own, uid=w.new(), at=world.at, access=one, justified=True, note="")
    judge(world, "auditor", one, fine=False, note="The nurse was there.")
    assert emergencies.every(clinic=world.id)[0].note == "The nurse was there."
