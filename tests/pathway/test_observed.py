"""A positive screen is a physician's to look at: once for each finding."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from reprieve.pathway import observations, questionnaires, worklist
from reprieve.pathway.observations import Told
from reprieve.records.queries import worklist as lists
from reprieve.records.queries.worklist import WorkView
from tests import world as w
from tests.world import World, new

PHQ = "screen_phq_9"
BLADDER = "screen_bladder"


def tell(world: World, patient: uuid.UUID, code: str, value: Any) -> None:
    world.later(minutes=1)
    observations.write(
        [Told(code=code, value=value)], actor=world["infusion_nurse"], at=world.at,
        measured_at=world.at, patient=patient,
    )  # fmt: skip


def waiting(world: World, kind: str) -> list[WorkView]:
    return [one for one in lists.waiting(clinic=world.id) if one.kind == kind]


def reviewed(world: World, kind: str) -> None:
    world.later(minutes=1)
    (item,) = waiting(world, kind)
    worklist.finish(
        actor=world["physician"], uid=new(), at=world.at, item=item.id, text="talked about it"
    )


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return w.person(world)[0]


def test_a_form_with_a_positive_score_opens_it(world: World, patient: uuid.UUID) -> None:
    answers = {f"q{n}": 2 for n in range(1, 9)} | {"q9": 0}
    questionnaires.save(
        actor=world["front_desk"], uid=new(), at=world.at, patient=patient, instrument="phq-9",
        answers=answers, complete=True, mode="clinic",
    )  # fmt: skip
    (item,) = waiting(world, PHQ)
    assert (item.owner_role, item.patient) == ("physician", patient)
    assert (item.due_at - world.at).days == 3


def test_below_the_limit_nothing_waits(world: World, patient: uuid.UUID) -> None:
    tell(world, patient, "phq-9", 9)
    tell(world, patient, "bladder_symptoms", False)
    assert lists.waiting(clinic=world.id) == []


def test_the_limit_of_the_alcohol_form_is_the_persons(world: World) -> None:
    man, _ = w.person(world, sex="male", given="Bo", mrn="B-9", email="", phone="")
    woman, _ = w.person(world, sex="female", given="Cy", mrn="C-9", email="", phone="")
    for patient in (man, woman):
        tell(world, patient, "audit-c", 3)
    assert [one.patient for one in waiting(world, "screen_audit_c")] == [woman]


def test_one_waits_and_not_again_after_it_was_reviewed(world: World, patient: uuid.UUID) -> None:
    for _ in range(2):
        tell(world, patient, "bladder_symptoms", True)
    assert len(waiting(world, BLADDER)) == 1
    reviewed(world, BLADDER)
    for _ in range(2):
        tell(world, patient, "bladder_symptoms", True)
    assert waiting(world, BLADDER) == []


def test_a_new_finding_opens_it_again(world: World, patient: uuid.UUID) -> None:
    tell(world, patient, "bladder_symptoms", True)
    reviewed(world, BLADDER)
    tell(world, patient, "bladder_symptoms", False)
    tell(world, patient, "bladder_symptoms", True)
    assert len(waiting(world, BLADDER)) == 1


def test_so_does_a_heavier_one_and_one_of_another_series(world: World, patient: uuid.UUID) -> None:
    tell(world, patient, "phq-9", 12)
    reviewed(world, PHQ)
    tell(world, patient, "phq-9", 12)
    assert waiting(world, PHQ) == []
    tell(world, patient, "phq-9", 20)
    reviewed(world, PHQ)
    world.later(days=61)
    tell(world, patient, "phq-9", 11)
    assert len(waiting(world, PHQ)) == 1


def test_an_answer_closes_the_question_that_was_due(world: World, patient: uuid.UUID) -> None:
    for kind in ("due_memory", "due_bladder"):
        worklist.open_item(
            actor=world["infusion_nurse"], at=world.at, kind=kind, owner_role="infusion_nurse",
            due_at=world.at, patient=patient,
        )  # fmt: skip
    tell(world, patient, "memory_complaint", False)
    assert [one.kind for one in lists.waiting(clinic=world.id)] == ["due_bladder"]
