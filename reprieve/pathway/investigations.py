"""Ordering a test that answers an unknown: work for somebody, done when its result is entered."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from reprieve.clinical import investigations
from reprieve.pathway import patients, worklist
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.permissions import NURSE, Actor


def kind(test: str) -> str:
    """This function will name the kind of work that an ordered test is."""
    return f"test_{test.replace('-', '_')}"


def order(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, test: str
) -> uuid.UUID:
    """This function will order a test, or return the order that is open.

    Raises BadValue("test") for an unknown one, NotFound for a patient of another clinic.
    """
    wanted = investigations.investigation(test)

    def work() -> Done:
        patients.get(clinic=actor.clinic, patient=patient)
        item = due(actor=actor, at=at, patient=patient, test=test, due_at=at + wanted.due)
        return Done(subject_kind="work_item", subject=item, detail={"test": test})

    return uuid.UUID(perform("test.order", actor=actor, uid=uid, at=at, work=work)["id"])


def due(
    *, actor: Actor, at: datetime, patient: uuid.UUID, test: str, due_at: datetime
) -> uuid.UUID:
    """This function will open an order inside the caller's act, or return the one that is open."""
    running = worklist.already_open(clinic=actor.clinic, kind=kind(test), patient=patient)
    return running or worklist.open_item(
        actor=actor, at=at, kind=kind(test), owner_role=NURSE, patient=patient, due_at=due_at
    )


def answered(*, actor: Actor, at: datetime, patient: uuid.UUID, facts: Iterable[str]) -> None:
    """This function will close the orders whose results were just told, inside the act."""
    for test in investigations.answered_by(facts):
        worklist.finish_within(actor=actor, at=at, kind=kind(test.id), patient=patient)
