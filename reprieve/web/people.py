"""Who is asking, and in which clinic: read once for a request."""

from __future__ import annotations

from django.http import HttpRequest

from reprieve.pathway import emergency, people
from reprieve.pathway.permissions import Actor
from reprieve.records.queries.clinics import ClinicView
from reprieve.records.queries.clinics import clinic as read_clinic

_ACTOR, _CLINIC = "_reprieve_actor", "_reprieve_clinic"


def actor_of(request: HttpRequest) -> Actor | None:
    """This function will return the actor behind the request, None without sign-in or role."""
    if not request.user.is_authenticated:
        return None
    if not hasattr(request, _ACTOR):
        setattr(request, _ACTOR, emergency.widened(people.actor_of(user=request.user.pk)))
    found: Actor | None = getattr(request, _ACTOR)
    return found if found is not None and found.roles else None


def clinic_of(request: HttpRequest, actor: Actor) -> ClinicView:
    """This function will return the actor's clinic."""
    if not hasattr(request, _CLINIC):
        setattr(request, _CLINIC, read_clinic(actor.clinic))
    found: ClinicView = getattr(request, _CLINIC)
    return found
