"""Whether an account may be used yet: a password of its own, and a second factor where needed.

Until then every page leads to the account's own pages. A demo asks for neither.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from reprieve.pathway import accounts
from reprieve.pathway.permissions import Actor
from reprieve.web.people import clinic_of

OWN_PASSWORD = "own_password"  # noqa: S105  # a session's field
FACTOR = "has_factor"
PROVED_ELSEWHERE = "factor_proved_elsewhere"
ASK_AGAIN_S = 20


def refusal(request: HttpRequest, actor: Actor, at: datetime) -> HttpResponseBase | None:
    """This function will lead to what the account still lacks, None when it lacks nothing."""
    missing = lacks(request, actor, at)
    if missing == "password":
        messages.warning(request, _("Choose a password of your own first."))
        return redirect("account_change_password")
    if missing == "factor":
        messages.warning(request, _("Your role needs a second factor. Add one to go on."))
        return redirect("account_own")
    return None


def lacks(request: HttpRequest, actor: Actor, at: datetime) -> str:
    """This function will name what is lacking: "password", "factor", or nothing."""
    if clinic_of(request, actor).is_demo or actor.user is None:
        return ""
    if not _has(request, OWN_PASSWORD) and not _keep(
        request, OWN_PASSWORD, not accounts.is_password_anothers(actor.user)
    ):
        return "password"
    if _has(request, FACTOR) or _has(request, PROVED_ELSEWHERE):
        return ""
    if not (actor.roles & _roles(actor.clinic, at)):
        return ""
    return "" if _keep(request, FACTOR, accounts.has_factor(actor.user)) else "factor"


def forget(request: HttpRequest) -> None:
    """This function will ask the database again: a password or a factor was changed."""
    for key in (OWN_PASSWORD, FACTOR):
        request.session.pop(key, None)


def forget_roles(clinic: uuid.UUID) -> None:
    """This function will let a changed setting count at once in this process."""
    cache.delete(_key(clinic))


def _roles(clinic: uuid.UUID, at: datetime) -> frozenset[str]:
    """Asked at every page, and changed once a year: kept for some seconds."""
    found: frozenset[str] | None = cache.get(_key(clinic))
    if found is None:
        default = settings.FACTOR_BY_DEFAULT
        found = accounts.factor_roles(clinic=clinic, at=at, by_default=default)
        cache.set(_key(clinic), found, ASK_AGAIN_S)
    return found


def _key(clinic: uuid.UUID) -> str:
    return f"factor-roles:{clinic}"


def _has(request: HttpRequest, key: str) -> bool:
    return bool(request.session.get(key))


def _keep(request: HttpRequest, key: str, value: bool) -> bool:
    if value:
        request.session[key] = True
    return value
