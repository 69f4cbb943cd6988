"""What every page's frame needs: who is signed in, the menu, the clinic, the lock."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from reprieve.pathway import accounts, demo
from reprieve.pathway.permissions import ROLES, Actor
from reprieve.web import collect, passkeys
from reprieve.web.people import clinic_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """This function will give templates `actor`, `nav`, `clinic` and the lock's minutes."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {
            "actor": None,
            "demo_roles": ROLES if demo.clinic() else (),
            "sign_out_elsewhere": (settings.SINGLE_SIGN_ON or {}).get("sign_out_url", ""),
        }
    clinic = clinic_of(request, actor)
    places = collect.menu(actor)
    daily = [place for place in places if not place.seldom] or places
    at_hand = {place.url_name for place in daily}  # comparing places compares their words
    match = request.resolver_match
    here = match.view_name if match and match.view_name in {p.url_name for p in places} else ""
    return {
        "actor": actor,
        "demo_roles": ROLES if clinic.is_demo else (),
        "nav": daily,
        "nav_more": [place for place in places if place.url_name not in at_hand],
        "place": here,
        # All that the menu shows: drawn once for those who may open the same places.
        "menu_drawn": " ".join([get_language() or "", here, *(p.url_name for p in places)]),
        "clinic": clinic,
        "idle_lock_min": settings.IDLE_LOCK_MIN,
        "has_passkey": _has_passkey(request, actor),
    }


def _has_passkey(request: HttpRequest, actor: Actor) -> bool:
    """Asked once a session: whether the locked screen offers a passkey.

    A patient has no account, and opening a link writes nothing: not even a session.
    """
    if actor.user is None:
        return False
    if passkeys.KNOWN not in request.session:
        request.session[passkeys.KNOWN] = accounts.has_factor(actor.user, passkeys.KIND)
    return bool(request.session[passkeys.KNOWN])
