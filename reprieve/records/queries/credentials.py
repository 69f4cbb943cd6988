"""Who of the staff may do what: credentials on the register, and whether those acting are current.

A clinic without a register is asked at the gate; where it has entries they decide, and a missing
one of the acting people blocks as an expired one does.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reprieve.records.models import Credential, Practitioner

KINDS = ("licence", "dea", "acls", "sedation", "ketamine")
WATCHES = frozenset({"licence", "acls", "sedation", "ketamine"})
SUPERVISES = WATCHES | {"dea"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialView:
    """The newest entry of one kind for one person."""

    practitioner: uuid.UUID
    name: str
    kind: str
    number: str
    expires_on: date | None
    withdrawn: bool

    def holds(self, on: date) -> bool:
        """Whether it holds on a day; its last day counts."""
        return not self.withdrawn and (self.expires_on is None or self.expires_on >= on)


def register(*, clinic: uuid.UUID) -> list[CredentialView]:
    """This function will list the newest credential of each kind and person, by name."""
    names = dict(Practitioner.of(clinic).values_list("id", "name"))
    newest: dict[tuple[uuid.UUID, str], Credential] = {}
    for row in Credential.of(clinic).order_by("recorded_at", "id"):
        newest[row.practitioner_id, row.kind] = row
    found = [
        CredentialView(
            practitioner=row.practitioner_id, name=names[row.practitioner_id], kind=row.kind,
            number=row.number, expires_on=row.expires_on, withdrawn=row.withdrawn,
        )
        for row in newest.values()
    ]  # fmt: skip
    return sorted(found, key=lambda v: (v.name, KINDS.index(v.kind)))


def is_kept(*, clinic: uuid.UUID) -> bool:
    """This function will tell whether the clinic keeps a register at all."""
    return Credential.of(clinic).exists()


def acting_current(
    *, clinic: uuid.UUID, life_support: str, physician: str, on: date
) -> bool | None:
    """This function will tell whether the two who answer for a visit hold all they need.

    The people are named by their keys as the visit's observations keep them. None
    while somebody is not named.
    """
    if not life_support or not physician:
        return None
    return _hold(clinic, {life_support: WATCHES, physician: SUPERVISES}, on)


def starter_current(*, clinic: uuid.UUID, starter: str, on: date) -> bool | None:
    """This function will tell whether the person who starts holds all that the register demands.

    They are named by their key as the visit's observations keep it. None while nobody is named.
    """
    return _hold(clinic, {starter: WATCHES}, on) if starter else None


def _hold(clinic: uuid.UUID, needed: Mapping[str, frozenset[str]], on: date) -> bool:
    known = register(clinic=clinic)
    held = {(str(view.practitioner), view.kind) for view in known if view.holds(on)}
    return all((who, kind) in held for who, kinds in needed.items() for kind in kinds)
