"""How anything is written: permission, one transaction, the audit row, and once only."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from reprieve.knowledge import N_
from reprieve.pathway.errors import Conflict
from reprieve.pathway.permissions import Actor, require
from reprieve.records import audit
from reprieve.records.models import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a piece of work did: the row it is about, what to answer, and audit details."""

    subject_kind: str
    subject: uuid.UUID | str
    result: Mapping[str, Any] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)


def perform(
    act: str, *, actor: Actor, uid: uuid.UUID, at: datetime, work: Callable[[], Done]
) -> dict[str, Any]:
    """This function will do `work` in one transaction with its audit row, and once only.

    `uid` is made by the client. The same `uid` again returns the first result and does nothing.
    Raises PermissionDenied, Conflict when `uid` was used for another act, and whatever `work`
    raises; then nothing is written.
    """
    require(actor, act)
    try:
        with transaction.atomic():
            repeated = Act.objects.filter(pk=uid).first()
            if repeated is not None:
                return _first_result(repeated, act, actor)
            return _write(act, actor=actor, uid=uid, at=at, done=work())
    except IntegrityError:
        # On PostgreSQL the same act may be running twice: the loser returns the winner's result.
        repeated = Act.objects.filter(pk=uid).first()
        if repeated is None:
            raise
        return _first_result(repeated, act, actor)


def _write(act: str, *, actor: Actor, uid: uuid.UUID, at: datetime, done: Done) -> dict[str, Any]:
    result = {"id": str(done.subject), **done.result}
    Act.objects.create(
        uid=uid, clinic_id=actor.clinic, kind=act, by_id=actor.practitioner, at=at, result=result
    )
    audit.record(
        clinic=actor.clinic,
        at=at,
        actor=actor.label,
        action=act,
        subject_kind=done.subject_kind,
        subject=done.subject,
        act=uid,
        detail=done.detail,
    )
    return result


def _first_result(first: Act, act: str, actor: Actor) -> dict[str, Any]:
    same = (first.kind, first.clinic_id, first.by_id) == (act, actor.clinic, actor.practitioner)
    if not same:
        raise Conflict(N_("This act's number was already used for something else."))
    return dict(first.result)
