"""The clinic's own alarm limits: approved by the director's password, dated, and taken back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from reprieve.knowledge import BadValue
from reprieve.monitoring.own_limits import Wanted
from reprieve.pathway import alarm_limits, alarm_policy, approval, clinic
from reprieve.pathway.alarm_limits import Place
from reprieve.pathway.approval import Approval
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.records.models import AuditEvent, ClinicSetting
from tests import world as worlds
from tests.pathway.test_alarms import shown, told
from tests.world import World, new

CLINIC = Place()
REGIMEN = Place(regimen="ketamine-80mg-2h-x6")


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield worlds.found()


@pytest.fixture
def encounter(world: World) -> uuid.UUID:
    return worlds.prepared(world, *worlds.person(world))


def asked(world: World, *, place: Place = CLINIC, who: str = "medical_director",
          **more: Any) -> Approval:  # fmt: skip
    at = world.later(minutes=1)
    given = {
        "password": worlds.PASSWORD, "reason": "",
        "seen": approval.version(clinic=world.id, keys=[place.key], at=at),
    }  # fmt: skip
    return Approval(actor=world[who], uid=new(), at=at, **{**given, **more})


def choose(
    world: World, name: str, threshold: float, *, priority: str = "high", place: Place = CLINIC,
    **more: Any,
) -> None:  # fmt: skip
    wanted = Wanted(threshold=threshold, priority=priority)  # type: ignore[arg-type]
    alarm_limits.set_limits(asked(world, place=place, **more), place=place, wanted={name: wanted})


def held(world: World, name: str, place: Place = CLINIC) -> tuple[float, str]:
    found = alarm_limits.in_force(clinic=world.id, place=place, at=world.at)
    return next((x.threshold, x.priority) for x in found if x.name == name)


def rows(world: World, place: Place = CLINIC) -> list[Any]:
    newest = ClinicSetting.of(world.id).filter(key=place.key).order_by("-valid_from").first()
    return place.rows(newest.value) if newest else []


def test_a_tighter_limit_holds_at_once_also_where_a_value_stands(
    world: World, encounter: uuid.UUID
) -> None:
    told(world, encounter, "sbp", 172)
    assert ("sbp", "high", "active") not in shown(world, encounter)
    choose(world, "sbp-stop", 170)
    assert ("sbp", "high", "active") in shown(world, encounter)
    assert "approved_by" not in rows(world)[0]


def test_a_looser_limit_needs_a_reason_and_bears_the_name_of_who_signed(
    world: World, encounter: uuid.UUID
) -> None:
    with pytest.raises(BadValue, match="looser than the default") as refused:
        choose(world, "sbp-stop", 190, reason=" ")
    assert refused.value.field == "reason"
    choose(world, "sbp-stop", 190, reason="treated hypertension")
    director = world["medical_director"].practitioner
    assert rows(world)[0]["approved_by"] == str(director)
    told(world, encounter, "sbp", 182)
    assert ("sbp", "high", "active") not in shown(world, encounter)
    choose(world, "sbp-act", 170, priority="medium", reason="the same")
    # What was approved before keeps its own reason.
    assert [r["reason"] for r in rows(world)] == ["treated hypertension", "the same"]
    choose(world, "sbp-stop", 190, reason="pressed again")
    assert {r["reason"] for r in rows(world)} == {"treated hypertension", "the same"}


def test_the_directors_password_and_nobody_elses(world: World) -> None:
    with pytest.raises(PermissionDenied):
        choose(world, "sbp-stop", 170, who="manager")
    with pytest.raises(BadValue, match="password"):
        choose(world, "sbp-stop", 170, password="a guess")
    with pytest.raises(BadValue, match="reason"):
        choose(world, "sbp-stop", 170, reason="x" * 401)
    assert rows(world) == []


def test_a_page_that_showed_something_older_changes_nothing(world: World) -> None:
    choose(world, "sbp-stop", 170)
    with pytest.raises(NotNow):
        choose(world, "sbp-stop", 175, seen="")
    assert held(world, "sbp-stop") == (170, "high")


def test_beyond_the_bound_nobody_may(world: World) -> None:
    with pytest.raises(BadValue, match="looser than any clinic"):
        choose(world, "sbp-stop", 230, reason="why not")


def test_a_regimens_limits_lie_over_the_clinics(world: World) -> None:
    choose(world, "sbp-stop", 170)
    choose(world, "sbp-stop", 165, place=REGIMEN)
    assert (held(world, "sbp-stop"), held(world, "sbp-stop", REGIMEN)) == (
        (170, "high"), (165, "high"),
    )  # fmt: skip
    # Looser than the clinic's own, though not than the product's: that is said with a reason.
    with pytest.raises(BadValue, match="reason"):
        choose(world, "sbp-stop", 175, place=REGIMEN)
    choose(world, "sbp-stop", 175, place=REGIMEN, reason="young patients")
    assert held(world, "sbp-stop", REGIMEN) == (175, "high")
    with pytest.raises(NotFound):
        choose(world, "sbp-stop", 165, place=Place(regimen="shoe"))


def test_back_to_the_default_one_sign_or_all(world: World) -> None:
    choose(world, "sbp-stop", 170)
    choose(world, "spo2-stop", 91)
    alarm_limits.to_default(asked(world), place=CLINIC, names=["sbp-stop"])
    assert [r["name"] for r in rows(world)] == ["spo2-stop"]
    alarm_limits.to_default(asked(world), place=CLINIC)
    assert rows(world) == []
    assert held(world, "spo2-stop") == (90, "high")


def test_history_and_audit_tell_before_and_after(world: World) -> None:
    assert alarm_limits.history(clinic=world.id, place=CLINIC, at=world.at) == ()
    choose(world, "sbp-stop", 170)
    choose(world, "sbp-stop", 190, reason="meeting of May")
    choose(world, "sbp-stop", 165, place=REGIMEN)
    newest, oldest = alarm_limits.history(clinic=world.id, place=CLINIC, at=world.at)
    assert (newest.reason, newest.by) == ("meeting of May", "Medical_Director Invented")
    [(before, after)] = newest.changes
    assert before is not None
    assert after is not None
    assert (before.threshold, after.threshold) == (170, 190)
    assert oldest.changes[0][0] is None
    assert len(alarm_limits.history(clinic=world.id, place=REGIMEN, at=world.at)) == 1
    lines = AuditEvent.objects.filter(clinic=world.id, action=approval.ACT).order_by("at")
    said = lines[1].detail[CLINIC.key]
    assert said["before"]["sbp-stop"] == "sbp at or above 170 high"
    assert said["after"]["sbp-stop"] == "sbp at or above 190 high"


def test_a_limit_without_a_name_stays_where_it_is(world: World) -> None:
    extra = {"signal": "temp_c", "above": 39, "priority": "low"}
    clinic.choose(
        actor=world["manager"], uid=new(), at=world.at, key=alarm_policy.CLINIC_LIMITS,
        value=[extra],
    )  # fmt: skip
    choose(world, "sbp-stop", 170)
    assert [r.get("name") for r in rows(world)] == [None, "sbp-stop"]
    assert alarm_policy.unapproved([]) == ()
    assert {c.limit.signal for c in alarm_policy.unapproved(rows(world))} == set()
