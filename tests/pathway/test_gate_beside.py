"""A second clinician who is elsewhere: asked by name, agrees from there, or nothing passes."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import gate, gate_beside, worklist
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.records.models import (
    FindingOverride,
    OutboxMessage,
    Practitioner,
    PractitionerRole,
)
from reprieve.records.queries import overrides
from reprieve.records.queries import worklist as work
from tests import gate_desk
from tests.gate_desk import Visit
from tests.world import PASSWORD, World, new

RULE = "fasting-solids"


@pytest.fixture
def hungry(world: World) -> Visit:
    """Everything is ready but the meal, four hours ago."""
    visit = gate_desk.arrived(world)
    visit.prepare_all()
    visit.tell(solids_fasted_h=4)
    assert visit.blocking == {RULE}
    return visit


def ask(
    visit: Visit, who: str = "infusion_nurse", second: str = "physician", **more: Any
) -> uuid.UUID:
    asked = {"rule": RULE, "reason": "a banana, talked through"} | more
    named = visit.world[second].practitioner
    return gate_beside.ask(**visit.act(who) | {"second": named} | asked)


def agree(
    visit: Visit, decision: uuid.UUID, who: str = "physician", password: str = PASSWORD
) -> None:
    gate_beside.agree(
        actor=visit.world[who], uid=new(), at=visit.world.at, decision=decision, password=password
    )


def asked_of(visit: Visit) -> list[uuid.UUID | None]:
    found = [i for i in work.waiting(clinic=visit.world.id) if i.kind == gate_beside.KIND]
    return [item.owner for item in found]


@pytest.mark.parametrize(
    ("asks", "answers"), [("infusion_nurse", "physician"), ("physician", "infusion_nurse")]
)
def test_nothing_passes_until_the_second_agrees(hungry: Visit, asks: str, answers: str) -> None:
    world = hungry.world
    decision = ask(hungry, asks, answers)
    assert asked_of(hungry) == [world[answers].practitioner]
    assert OutboxMessage.of(world.id).filter(template="clinician_review").exists()
    assert hungry.blocking == {RULE}
    with pytest.raises(NotNow, match="start gate is closed"):
        hungry.start()
    world.later(minutes=4)
    agree(hungry, decision, answers)
    assert hungry.blocking == set()
    [shown] = overrides.of_visit(clinic=world.id, encounter=hungry.encounter)
    assert (shown.by_name, shown.second_name) == (
        "Physician Invented", "Infusion_Nurse Invented",
    )  # fmt: skip
    assert shown.reason == "a banana, talked through"
    assert asked_of(hungry) == []
    hungry.start()


def test_what_changed_since_is_asked_anew(hungry: Visit) -> None:
    decision = ask(hungry)
    hungry.world.later(minutes=2)
    hungry.tell(solids_fasted_h=1)
    with pytest.raises(NotNow, match="asked anew"):
        agree(hungry, decision)
    assert not FindingOverride.of(hungry.world.id).exists()


def test_a_question_is_good_for_half_an_hour(hungry: Visit) -> None:
    decision = ask(hungry)
    place = {"clinic": hungry.world.id, "encounter": hungry.encounter}
    assert [o.asked.id for o in gate_beside.waiting(at=hungry.world.at, **place)] == [decision]
    late = hungry.world.later(minutes=31)
    assert gate_beside.waiting(at=late, **place) == []
    with pytest.raises(NotNow, match="asked anew"):
        agree(hungry, decision)


def test_the_second_proves_who_they_are_and_is_not_who_asked(hungry: Visit) -> None:
    decision = ask(hungry, "physician", "infusion_nurse")
    with pytest.raises(BadValue, match="password"):
        agree(hungry, decision, "infusion_nurse", password="guessed")
    with pytest.raises(BadValue, match="another person"):
        agree(hungry, decision, "physician")
    with pytest.raises(PermissionDenied):
        agree(hungry, decision, "front_desk")
    with pytest.raises(NotFound):
        agree(hungry, new(), "infusion_nurse")
    agree(hungry, decision, "infusion_nurse")
    with pytest.raises(NotNow, match="asked anew"):  # it was answered
        agree(hungry, decision, "infusion_nurse")


def test_who_asked_must_still_work_here(hungry: Visit) -> None:
    decision = ask(hungry)
    Practitioner.of(hungry.world.id).filter(
        pk=hungry.world["infusion_nurse"].practitioner
    ).update(active=False)
    with pytest.raises(PermissionDenied, match="no longer"):
        agree(hungry, decision)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"rule": "escort"}, "rule"),  # it is clear
        ({"who": "physician"}, "second"),  # oneself
        ({"second": "infusion_nurse"}, "second"),
    ],
)
def test_asked_badly(hungry: Visit, more: dict[str, Any], field: str) -> None:
    with pytest.raises(BadValue) as refused:
        ask(hungry, **more)
    assert refused.value.field == field
    with pytest.raises(BadValue, match="another person"):
        gate_beside.ask(**hungry.act(), second=new(), rule=RULE, reason="x")


def test_two_who_are_no_doctors_are_not_enough(hungry: Visit) -> None:
    other = hungry.world["front_desk"].practitioner
    assert other is not None
    with pytest.raises(BadValue, match="clinician"):
        gate_beside.ask(**hungry.act("physician"), second=other, rule=RULE, reason="x")
    PractitionerRole.objects.add(
        clinic_id=hungry.world.id, practitioner_id=other, role="infusion_nurse", granted=True,
        recorded_at=hungry.world.at, by_id=hungry.world["admin"].practitioner,
    )  # fmt: skip
    with pytest.raises(BadValue, match="doctor"):
        gate_beside.ask(**hungry.act(), second=other, rule=RULE, reason="x")


def test_another_nurse_does_not_agree_in_the_place_of_the_doctor_who_was_asked(
    hungry: Visit,
) -> None:
    decision = ask(hungry, "infusion_nurse", "physician")
    other = hungry.world["front_desk"]
    PractitionerRole.objects.add(
        clinic_id=hungry.world.id, practitioner_id=other.practitioner, role="infusion_nurse",
        granted=True, recorded_at=hungry.world.at, by_id=hungry.world["admin"].practitioner,
    )  # fmt: skip
    nurse = replace(other, roles=other.roles | {"infusion_nurse"})
    with pytest.raises(PermissionDenied, match="doctor"):
        gate_beside.agree(
            actor=nurse, uid=new(), at=hungry.world.at, decision=decision, password=PASSWORD
        )
    assert RULE in hungry.blocking


def test_what_nobody_may_override_is_not_asked_about(hungry: Visit) -> None:
    hungry.world.later(minutes=6)
    hungry.measure(sbp=185)
    with pytest.raises(NotNow, match="Nobody may override"):
        ask(hungry, rule="blood-pressure-stop")


def test_a_warning_is_for_a_doctor_alone(world: World) -> None:
    visit = gate_desk.arrived(world)
    visit.tell(medicines_changed=True)
    items = gate.items(clinic=world.id, encounter=visit.encounter, at=world.at)
    warning = next((i for i in items if i.wants_doctor), None)
    assert warning is not None
    with pytest.raises(BadValue, match="doctor alone"):
        ask(visit, rule=warning.finding.rule)


def test_a_start_leaves_no_question_open(hungry: Visit) -> None:
    ask(hungry)
    hungry.world.later(seconds=1)  # what was told last counts
    hungry.tell(solids_fasted_h=9)
    hungry.start()
    assert asked_of(hungry) == []
    assert gate_beside.KIND in worklist.OWN_STEP
