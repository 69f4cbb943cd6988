"""The signer's own password once more, for a signature; failures count for the lock-out."""

from __future__ import annotations

from django.contrib.auth import authenticate

from reprieve.knowledge import N_, BadValue
from reprieve.pathway.permissions import DOCTORS, Actor
from reprieve.web.access import PageRequest


def confirm(request: PageRequest, password: str) -> None:
    """This function will check that the person at the screen is who signed in. Raises BadValue."""
    email = getattr(request.user, "email", "")
    person = authenticate(request, email=email, password=password)
    if person is None or person.pk != request.user.pk:
        raise BadValue("password", N_("is not right"))


def signs_orders(actor: Actor) -> bool:
    """This function will tell whether orders that this person makes are signed by them."""
    return bool(actor.roles & DOCTORS)
