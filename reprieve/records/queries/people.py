"""Who works in a clinic, and in which roles."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from reprieve.records.models import Practitioner, PractitionerRole


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """A member of staff with the roles held now."""

    id: uuid.UUID
    clinic: uuid.UUID
    user: int
    name: str
    email: str
    phone: str
    active: bool
    roles: frozenset[str]


def staff(*, clinic: uuid.UUID) -> list[StaffMember]:
    """This function will list a clinic's staff by name."""
    rows = Practitioner.of(clinic).select_related("user").order_by("name")
    held = _roles(clinic)
    return [_member(row, held.get(row.pk, frozenset())) for row in rows]


def with_role(*, clinic: uuid.UUID, role: str) -> list[StaffMember]:
    """This function will list the active staff that hold a role."""
    return [m for m in staff(clinic=clinic) if role in m.roles and m.active]


def member(*, clinic: uuid.UUID, practitioner: uuid.UUID) -> StaffMember | None:
    """This function will return one member of staff of the clinic."""
    return next((m for m in staff(clinic=clinic) if m.id == practitioner), None)


def member_of_user(*, user: int) -> StaffMember | None:
    """This function will return the active member of staff behind a sign-in, in any clinic.

    It is the one question asked before a clinic is known.
    """
    row = (
        Practitioner.objects.every()
        .filter(user_id=user, active=True)
        .select_related("user")
        .order_by("id")
        .first()
    )
    if row is None:
        return None
    own = _roles(row.clinic_id, practitioner_id=row.pk)
    return _member(row, own.get(row.pk, frozenset()))


def _roles(clinic: uuid.UUID, **whose: uuid.UUID) -> dict[uuid.UUID, frozenset[str]]:
    """The newest row for each person and role decides whether it is held."""
    newest: dict[tuple[uuid.UUID, str], bool] = {}
    rows = PractitionerRole.of(clinic).filter(**whose).order_by("recorded_at", "id")
    for person, role, granted in rows.values_list("practitioner_id", "role", "granted"):
        newest[person, role] = granted
    held: dict[uuid.UUID, set[str]] = {}
    for (person, role), granted in newest.items():
        if granted:
            held.setdefault(person, set()).add(role)
    return {person: frozenset(roles) for person, roles in held.items()}


def _member(row: Practitioner, roles: frozenset[str]) -> StaffMember:
    return StaffMember(
        id=row.pk,
        clinic=row.clinic_id,
        user=row.user_id,
        name=row.name,
        email=row.user.email,
        phone=row.phone,
        active=row.active and row.user.is_active,
        roles=roles,
    )
