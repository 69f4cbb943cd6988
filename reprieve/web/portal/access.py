"""Who may open a page by a link: its own patient, in one browser, for one form and period.

`@link("diary", permission="diary.record", opens="diary")` guards a view that gets a token. A link
that was never pressed shows a start page; opening that binds nothing, since mail scanners follow
links. The press binds the link to the browser by a cookie of which the database keeps a hash.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie

from reprieve.knowledge import BadValue
from reprieve.pathway import clock, links
from reprieve.pathway.errors import PathwayError
from reprieve.pathway.permissions import Actor, by_link
from reprieve.records.queries import closings
from reprieve.records.queries import links as queries
from reprieve.records.queries.clinics import clinic as read_clinic
from reprieve.records.queries.links import LinkView
from reprieve.web import problems
from reprieve.web.access import Access, View, stated
from reprieve.web.people import clinic_of
from reprieve.web.portal.front import contact
from reprieve.web.portal.told import told_at
from reprieve.web.words import bad_value, say

START = "start"
COOKIE_DAYS = 400  # as long as browsers keep one
OVER: dict[str, int] = {"unknown": 404, "early": 403, "expired": 410, "revoked": 410, "bound": 409}


class LinkRequest(HttpRequest):
    """A request as a guarded view gets it: whose link, when, and the patient as the actor."""

    link: LinkView
    actor: Actor
    at: datetime
    token: str


def link(*forms: str, permission: str, opens: str) -> Callable[[View], View]:
    """This function will guard a view by a patient's link; no `forms` means a link of any form."""

    def state(view: View) -> View:
        @wraps(view)
        def guarded(request: LinkRequest, token: str, **kwargs: Any) -> HttpResponseBase:
            found = queries.by_token(token)
            if found is None:
                return over(request, "unknown")
            _prepare(request, found, token)
            with timezone.override(_zone(request)), translation.override(_language(request)):
                response = _answered(request, forms, view, **kwargs)
            response.headers.setdefault("Cache-Control", "private, no-store")
            patch_vary_headers(response, ["Cookie"])
            return response

        access = Access(kind="link", permission=permission, opens=opens)
        return stated(ensure_csrf_cookie(guarded), access)

    return state


def over(request: HttpRequest, state: str) -> HttpResponse:
    """This function will say in plain words why a link does not open, and whom to ring."""
    found: LinkView | None = getattr(request, "link", None)
    reason = _reason(state)
    help_: dict[str, Any] = {} if found is None else contact(read_clinic(found.clinic))
    if found is not None and state == "revoked" and closings.is_ended(
        clinic=found.clinic, patient=found.patient
    ):
        reason = _("Your treatment here has ended, so nobody reads what you would write here. "
                   "If you need us, ring the clinic.")  # fmt: skip
    if _wants_json(request):
        said = (reason, help_.get("phone", ""), help_.get("crisis", ""))
        return JsonResponse({"error": " ".join(filter(None, said))}, status=OVER[state])
    shown = {"reason": reason, **help_}
    return render(request, "portal/link/over.html", shown, status=OVER[state])


def cookie(found: LinkView) -> str:
    """This function will name the cookie that binds a browser to a link."""
    return f"link-{found.id.hex[:16]}"


def _prepare(request: LinkRequest, found: LinkView, token: str) -> None:
    request.link, request.token = found, token
    request.actor = by_link(found.clinic, found.patient)
    request.at = clock.now(found.clinic)


def _zone(request: LinkRequest) -> ZoneInfo:
    return ZoneInfo(clinic_of(request, request.actor).timezone)


def _language(request: LinkRequest) -> str:
    """The patient's own language, until they choose another on the page."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    known = {code for code, _name in settings.LANGUAGES}
    return chosen if chosen in known else request.link.language


def _answered(
    request: LinkRequest, forms: tuple[str, ...], view: View, **kwargs: Any
) -> HttpResponseBase:
    state = _state(request, forms)
    if state != "open":
        return _not_open(request, state)
    if not request.link.belongs_to(request.COOKIES.get(cookie(request.link), "")):
        return _unbound(request)
    try:
        return view(request, **kwargs)
    except (PathwayError, BadValue) as error:
        return refused(request, error)


State = Literal["unknown", "early", "expired", "revoked", "used", "open"]


def _state(request: LinkRequest, forms: tuple[str, ...]) -> State:
    """A link for another form is as good as none: nothing tells what it would open."""
    if forms and request.link.form not in forms:
        return "unknown"
    state = request.link.state(request.at)
    if state == "revoked" and _is_late(request):
        return "open"
    # A second window may still send: the view says what becomes of it, and hears what is grave.
    is_answered = state == "used" and (not forms or request.method == "POST")
    return "open" if is_answered else state


def _is_late(request: LinkRequest) -> bool:
    """A diary day told before care ended, out of the phone where it waited: it may be grave."""
    found = request.link
    return (
        found.form == links.DIARY and found.belongs_to(request.COOKIES.get(cookie(found), ""))
        and links.was_told_in_time(
            clinic=found.clinic, patient=found.patient, revoked_at=found.revoked_at,
            told=told_at(request.POST.get("told", "")),
        )
    )  # fmt: skip


def _not_open(request: LinkRequest, state: str) -> HttpResponse:
    if state == "used":
        return render(request, "portal/link/used.html")
    return over(request, state)


def _unbound(request: LinkRequest) -> HttpResponseBase:
    if request.link.bound is not None:
        return over(request, "bound")
    if request.method != "POST" or START not in request.POST:
        return render(request, "portal/link/start.html")
    secret = secrets.token_urlsafe(32)
    try:
        links.bind(
            actor=request.actor, uid=uuid.uuid4(), at=request.at, link=request.link.id,
            secret=secret,
        )  # fmt: skip
    except PathwayError as error:
        return refused(request, error)
    response = redirect(request.path)
    response.set_cookie(
        cookie(request.link), secret, max_age=COOKIE_DAYS * 86400, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


def refused(request: LinkRequest, error: PathwayError | BadValue) -> HttpResponse:
    """This function will say what could not be done, in words or for a script."""
    status = next((s for kind, s in problems.STATUS.items() if isinstance(error, kind)), 409)
    text = bad_value(error) if isinstance(error, BadValue) else say(error.message)
    if _wants_json(request):
        field = error.field if isinstance(error, BadValue) else ""
        return JsonResponse({"error": text, "field": field}, status=status)
    return render(request, "portal/link/over.html", {"reason": text}, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _reason(state: str) -> str:
    return {
        "unknown": _("This link does not work. It may not be complete: open it again from the "
                     "message, or ask the clinic for a new one."),
        "early": _("This link is not open yet. Try again later."),
        "expired": _("This link is over. Ask the clinic for a new one."),
        "revoked": _("The clinic has ended this link. Ask for a new one."),
        "bound": _("This link is in use on another device. Open it there, or ask the clinic for "
                   "a new one."),
    }[state]  # fmt: skip
