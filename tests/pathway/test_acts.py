"""Anything is written once, by somebody who may, in one transaction with its audit row."""

import uuid
from collections.abc import Callable

import pytest

from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import Conflict, PermissionDenied
from reprieve.pathway.permissions import PERMISSIONS, ROLES, Actor, allowed, by_link, system
from reprieve.records.models import Act, AuditEvent, Note
from tests import world as w

pytestmark = pytest.mark.usefixtures("db")


def writing(world: w.World, calls: list[int]) -> Callable[[], Done]:
    def work() -> Done:
        calls.append(1)
        note = Note.objects.add(clinic_id=world.id, ciphertext=b"x", recorded_at=world.at)
        return Done(subject_kind="note", subject=note.pk, result={"said": "yes"})

    return work


def test_the_same_act_twice_happens_once() -> None:
    world, calls, uid = w.found(), [], w.new()
    do = {"actor": world["front_desk"], "uid": uid, "at": world.at}
    first = perform("patient.register", **do, work=writing(world, calls))
    second = perform("patient.register", **do, work=writing(world, calls))
    assert first == second
    assert calls == [1]
    assert Note.of(world.id).count() == 1
    assert AuditEvent.objects.filter(act=uid).count() == 1


def test_an_acts_number_is_not_used_for_another() -> None:
    world, uid = w.found(), w.new()
    perform(
        "patient.register", actor=world["front_desk"], uid=uid, at=world.at,
        work=writing(world, []),
    )  # fmt: skip
    for act, who in (("patient.correct", "front_desk"), ("patient.register", "physician")):
        with pytest.raises(Conflict):
            perform(act, actor=world[who], uid=uid, at=world.at, work=writing(world, []))
    assert Note.of(world.id).count() == 1


def test_who_may_not_writes_nothing() -> None:
    world, calls = w.found(), []
    with pytest.raises(PermissionDenied):
        perform(
            "plan.sign", actor=world["front_desk"], uid=w.new(), at=world.at,
            work=writing(world, calls),
        )  # fmt: skip
    assert calls == []


def test_work_that_fails_leaves_nothing() -> None:
    world, uid = w.found(), w.new()

    def work() -> Done:
        Note.objects.add(clinic_id=world.id, ciphertext=b"x", recorded_at=world.at)
        raise ValueError("the pen broke")

    with pytest.raises(ValueError, match="pen"):
        perform("patient.register", actor=world["front_desk"], uid=uid, at=world.at, work=work)
    assert Note.of(world.id).count() == 0
    assert not Act.objects.filter(pk=uid).exists()


def test_what_is_not_named_nobody_may_do() -> None:
    everyone = Actor(clinic=uuid.uuid4(), name="x", roles=frozenset(ROLES))
    assert not allowed(everyone, "world.rule")
    assert all(PERMISSIONS.values())


def test_labels_name_no_patient() -> None:
    clinic, patient = uuid.uuid4(), uuid.uuid4()
    assert system(clinic, "ticker").label == "system:ticker"
    assert by_link(clinic, patient).label == f"patient:{patient}"
