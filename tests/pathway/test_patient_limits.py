"""One patient's own alarm limits: decided by a doctor, over the clinic's and the regimen's."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.monitoring.own_limits import Wanted
from reprieve.pathway import alarm_limits, alarm_policy, clinic, patient_limits
from reprieve.pathway.approval import Approval
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.records import notes
from reprieve.records.models import AuditEvent, CarePlan, Decision
from tests import world as worlds
from tests.chairside import quick_world
from tests.pathway.test_alarms import shown, told
from tests.world import World, new

REGIMEN = "ketamine-80mg-2h-x6"


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with quick_world() as made:
        yield made


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def asked(world: World, patient: uuid.UUID, *, who: str = "physician", **more: Any) -> Approval:
    given = {
        "password": worlds.PASSWORD, "reason": "treated hypertension",
        "seen": patient_limits.version(clinic=world.id, patient=patient),
    }  # fmt: skip
    return Approval(actor=world[who], uid=new(), at=world.later(minutes=1), **{**given, **more})


def choose(world: World, patient: uuid.UUID, name: str, threshold: float, **more: Any) -> None:
    wanted = {name: Wanted(threshold=threshold, priority="high")}
    patient_limits.set_limits(asked(world, patient, **more), patient=patient, wanted=wanted)


def held(world: World, patient: uuid.UUID, name: str = "sbp-stop") -> float:
    found = patient_limits.in_force(clinic=world.id, patient=patient, at=world.at)
    return next(x.threshold for x in found if x.name == name)


def visit_limit(world: World, visit: uuid.UUID, name: str = "sbp-stop") -> float:
    found = alarm_policy.in_force(clinic=world.id, encounter=visit, at=world.at)
    return next(x.threshold for x in found if x.name == name)


def test_it_holds_at_an_open_visit_at_once_and_at_every_later_one(world: World) -> None:
    patient, episode = worlds.person(world)
    visit = worlds.prepared(world, patient, episode)
    told(world, visit, "sbp", 172)
    assert ("sbp", "high", "active") not in shown(world, visit)
    choose(world, patient, "sbp-stop", 170)
    assert ("sbp", "high", "active") in shown(world, visit)
    later = worlds.prepared(world, patient, episode)
    assert (visit_limit(world, visit), visit_limit(world, later)) == (170, 170)
    stranger = worlds.prepared(world, *worlds.person(world, given="Otto", mrn="A-101"))
    assert visit_limit(world, stranger) == 180
    patient_limits.to_default(asked(world, patient), patient=patient)
    assert (visit_limit(world, visit), held(world, patient)) == (180, 180)


def test_only_the_director_loosens_one(world: World, patient: uuid.UUID) -> None:
    with pytest.raises(BadValue, match="only the medical director") as refused:
        choose(world, patient, "sbp-stop", 190)
    assert refused.value.field == "sbp-stop"
    choose(world, patient, "sbp-stop", 190, who="medical_director")
    assert held(world, patient) == 190
    # A physician changes another limit: what the director approved stays.
    choose(world, patient, "spo2-stop", 91)
    assert (held(world, patient), held(world, patient, "spo2-stop")) == (190, 91)
    patient_limits.to_default(asked(world, patient), patient=patient, names=["sbp-stop"])
    assert (held(world, patient), held(world, patient, "spo2-stop")) == (180, 91)


def test_a_reason_and_the_doctors_own_password(world: World, patient: uuid.UUID) -> None:
    for wrong, error, says in (
        ({"reason": " "}, BadValue, "reason"), ({"password": "a guess"}, BadValue, "password"),
        ({"who": "infusion_nurse"}, PermissionDenied, None), ({"seen": "older"}, NotNow, None),
    ):  # fmt: skip
        with pytest.raises(error, match=says):
            choose(world, patient, "sbp-stop", 170, **wrong)
    assert held(world, patient) == 180
    assert not Decision.of(world.id).exists()


def test_an_unknown_patient_is_not_found(world: World) -> None:
    other = worlds.found("Other Clinic")
    with pytest.raises(NotFound):
        choose(world, worlds.person(other)[0], "sbp-stop", 170)


def test_they_lie_over_the_plans_and_stand_in_its_place(world: World) -> None:
    patient, episode = worlds.person(world)
    rows = [{"name": "sbp-stop", "signal": "sbp", "at_or_above": 175, "priority": "high"}]
    CarePlan.objects.add(
        clinic_id=world.id, patient_id=patient, episode_id=episode, regimen=REGIMEN, knowledge="",
        sessions=1, detail={"limits": rows}, recorded_at=world.at,
        by_id=world["physician"].practitioner,
    )  # fmt: skip
    clinic.choose(
        actor=world["manager"], uid=new(), at=world.at, key=alarm_policy.REGIMEN_LIMITS,
        value={REGIMEN: [{"name": "spo2-stop", "signal": "spo2", "below": 92, "priority": "high"}]},
    )  # fmt: skip
    assert (held(world, patient), held(world, patient, "spo2-stop")) == (175, 92)
    base = patient_limits.base(clinic=world.id, patient=patient, at=world.at)
    assert next(x.threshold for x in base if x.name == "spo2-stop") == 92
    choose(world, patient, "hr-high-stop", 130)
    assert (held(world, patient), held(world, patient, "hr-high-stop")) == (175, 130)
    patient_limits.to_default(asked(world, patient), patient=patient)
    assert (held(world, patient), held(world, patient, "spo2-stop")) == (180, 92)


def test_the_reason_is_encrypted_and_the_change_is_told(world: World, patient: uuid.UUID) -> None:
    choose(world, patient, "sbp-stop", 170)
    row = Decision.of(world.id).get(kind=patient_limits.KIND)
    assert notes.read(row.reason) == "treated hypertension"
    assert row.outcome == "own"
    patient_limits.to_default(asked(world, patient, reason="settled"), patient=patient)
    newest, oldest = patient_limits.history(clinic=world.id, patient=patient)
    assert (newest.reason, oldest.reason) == ("settled", "treated hypertension")
    assert [after and after.threshold for _before, after in newest.changes] == [None]
    lines = AuditEvent.objects.filter(clinic=world.id, action=patient_limits.ACT).order_by("id")
    assert [line.detail for line in lines] == [
        {"before": {}, "after": {"sbp-stop": "sbp at or above 170 high"}},
        {"before": {"sbp-stop": "sbp at or above 170 high"}, "after": {}},
    ]
    assert "hypertension" not in str([line.detail for line in lines])
    assert alarm_limits.told([]) == ()
