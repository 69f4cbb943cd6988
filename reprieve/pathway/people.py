"""Who stands behind a sign-in."""

from __future__ import annotations

from reprieve.pathway.permissions import Actor
from reprieve.records.queries import people


def actor_of(*, user: int) -> Actor | None:
    """This function will return the actor behind a sign-in, or None for nobody's."""
    found = people.member_of_user(user=user)
    if found is None or not found.active:
        return None
    return Actor(
        clinic=found.clinic,
        name=found.name,
        practitioner=found.id,
        user=user,
        roles=found.roles,
    )
