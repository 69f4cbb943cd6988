"""Who may open a page: every view says so, or it does not answer.

`@page("patient.open", opens="patient")` needs a signed-in person with that permission, an
unlocked screen and a logged reading. `@live` is for parts that poll: it keeps no screen awake and
answers behind the lock, since an alarm must stay visible. `@signed_in` is any member of staff,
`@public` is everybody, with the reason why. A view without one of these fails a test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import requires_csrf_token

from reprieve.knowledge import BadValue
from reprieve.pathway import clock
from reprieve.pathway.errors import PathwayError
from reprieve.pathway.permissions import Actor, allowed
from reprieve.records import access as access_log
from reprieve.records import statements
from reprieve.web import kiosk, lock, problems, readiness
from reprieve.web.people import actor_of, clinic_of

UNAUTHORIZED = 401


class PageRequest(HttpRequest):
    """A request as a guarded view gets it: who asks, when, and what was shown to them."""

    actor: Actor
    at: datetime
    shown: list[str]


View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a view states about itself; the test of every address reads it.

    `unready`: it answers an account that still lacks a password of its own or a second factor.
    `in_kiosk`: it answers while a patient holds the clinic's tablet.
    """

    kind: Literal["page", "live", "signed_in", "public", "link"]
    permission: str = ""
    opens: str = ""
    why: str = ""
    unready: bool = False
    in_kiosk: bool = False


def page(permission: str, *, opens: str) -> Callable[[View], View]:
    """This function will guard a view by a permission of `pathway.permissions` and log its reading.

    `opens` is the name the access log gives the view. The view puts the ids of the rows it shows
    (patients first) into `request.shown`; the page is sent after the log row is committed.
    """
    return _guard(Access(kind="page", permission=permission, opens=opens))


def live(permission: str, *, opens: str, in_kiosk: bool = False) -> Callable[[View], View]:
    """This function will guard a polled part: not logged each time, and answered when locked."""
    return _guard(Access(kind="live", permission=permission, opens=opens, in_kiosk=in_kiosk))


def signed_in(*, opens: str, unready: bool = False) -> Callable[[View], View]:
    """This function will let any member of staff open a view that shows no patient."""
    return _guard(Access(kind="signed_in", opens=opens, unready=unready))


def public(*, why: str) -> Callable[[View], View]:
    """This function will state that everybody may open a view, and why."""

    def state(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return _or_problem(request, lambda: view(request, *args, **kwargs))

        return stated(answered, Access(kind="public", why=why))

    return state


def stated(view: View, access: Access) -> View:
    """This function will mark a view with what it states about access, and return it."""
    view.access = access  # type: ignore[attr-defined]
    return view


def access_of(view: Any) -> Access | None:
    """This function will return what a view states about access, None when it states nothing."""
    found = getattr(view, "access", None)
    return found if isinstance(found, Access) else None


def _guard(access: Access) -> Callable[[View], View]:
    def state(view: View) -> View:
        @wraps(view)
        def guarded(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            refusal = _refusal(request, access)
            if refusal is not None:
                return refusal
            clinic = clinic_of(request, request.actor)
            request.at, request.shown = clock.now(clinic.id), []
            unready = _unready(request, access)
            if unready is not None:
                return unready
            with timezone.override(ZoneInfo(clinic.timezone)):
                return _answered(request, access, view, *args, **kwargs)

        return stated(requires_csrf_token(guarded), access)

    return state


def _refusal(request: PageRequest, access: Access) -> HttpResponseBase | None:
    actor = actor_of(request)
    if actor is None:
        return _sign_in_first(request, access)
    request.actor = actor
    if access.permission and not allowed(actor, access.permission):
        return problems.no_permission(request)
    if access.kind != "live":
        return lock.refusal(request)
    is_patients = kiosk.is_open(request) and lock.is_locked(request)
    return lock.asked(request, wrong=False) if is_patients and not access.in_kiosk else None


def _unready(request: PageRequest, access: Access) -> HttpResponseBase | None:
    """A part that polls cannot lead anywhere: its page will."""
    if access.unready:
        return None
    if access.kind == "live":
        lacking = readiness.lacks(request, request.actor, request.at)
        return HttpResponse(status=UNAUTHORIZED) if lacking else None
    return readiness.refusal(request, request.actor, request.at)


def _sign_in_first(request: HttpRequest, access: Access) -> HttpResponseBase:
    """Polls and htmx parts cannot follow a redirect into a fragment: they reload the page."""
    if access.kind == "live":
        return HttpResponse(status=UNAUTHORIZED)
    if request.user.is_authenticated:
        return problems.no_role(request)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=UNAUTHORIZED, headers={"HX-Refresh": "true"})
    asked = request.get_full_path() if request.method == "GET" else "/home"
    return redirect_to_login(asked, settings.LOGIN_URL)


def _answered(
    request: PageRequest, access: Access, view: View, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    response = _or_problem(request, lambda: view(request, *args, **kwargs))
    if access.kind == "page" and response.status_code < 300:
        _log(request, access)
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def _or_problem(
    request: HttpRequest, answered: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Answer, or say in words what cannot be done."""
    try:
        return answered()
    except (PathwayError, BadValue) as error:
        return problems.answer(request, error)
    except OperationalError as error:
        if not statements.is_busy(error):
            raise
        return problems.busy(request)


def _log(request: PageRequest, access: Access) -> None:
    actor = request.actor
    access_log.note(
        clinic=actor.clinic,
        at=request.at,
        actor=actor.label,
        view=access.opens,
        shown=request.shown,
    )
