"""Who sees a work item: the role that owns it, and those it was handed up to."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from reprieve.knowledge import N_
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import (
    DESK,
    DIRECTOR,
    MANAGER,
    NURSE,
    PHYSICIAN,
    Actor,
    require,
)
from reprieve.records import audit
from reprieve.records.models import WorkItem

# Who sees it next, and after them.
UP = MappingProxyType({
    DESK: (DIRECTOR,), MANAGER: (DIRECTOR,), NURSE: (PHYSICIAN, DIRECTOR),
    PHYSICIAN: (DIRECTOR,), DIRECTOR: (),
})  # fmt: skip


class Owned(Protocol):
    """What decides who sees an item: its owner's role, and how far it was handed up."""

    @property
    def owner_role(self) -> str:
        """The role asked first."""

    @property
    def level(self) -> int:
        """How many times it was handed up."""


def sees(item: Owned, roles: Iterable[str]) -> bool:
    """This function will tell whether one of the roles owns an item, or had it handed up."""
    return bool({item.owner_role, *UP.get(item.owner_role, ())[: item.level]} & set(roles))


def roles_of(actor: Actor) -> frozenset[str]:
    """This function will return the roles whose work a person sees: a director's, a physician's."""
    return actor.roles | ({PHYSICIAN} if DIRECTOR in actor.roles else frozenset())


def refuse_unseen(*, actor: Actor, act: str, at: datetime, item: uuid.UUID) -> None:
    """This function will raise NotFound for an item that is another role's, and audit the try.

    It is written before the act begins: what an act writes is undone when it is refused.
    """
    require(actor, act)
    row = WorkItem.of(actor.clinic).filter(pk=item).first()
    if row is None or sees(row, roles_of(actor)):
        return
    audit.record(
        clinic=actor.clinic, at=at, actor=actor.label, action="work.refused",
        subject_kind="work_item", subject=item, detail={"kind": row.kind},
    )  # fmt: skip
    raise NotFound(N_("There is no such work item."))
