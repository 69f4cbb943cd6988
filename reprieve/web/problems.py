"""What a person reads when something cannot be done: plain words and the way on."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from reprieve.knowledge import BadValue
from reprieve.pathway.errors import Conflict, NotFound, NotNow, PathwayError, PermissionDenied
from reprieve.records import statements
from reprieve.web.words import bad_value, say

# The tablet takes a 503 without the second one for a server that is down.
BUSY = {"Retry-After": "5", "X-Reprieve-Busy": "1"}

STATUS: dict[type[Exception], int] = {
    PermissionDenied: 403,
    NotFound: 404,
    NotNow: 409,
    Conflict: 409,
    BadValue: 400,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem page: its number, its title, and what to do now."""

    status: int
    title: str
    text: str


def answer(request: HttpRequest, error: PathwayError | BadValue) -> HttpResponse:
    """This function will turn an error of the pathway into a page (a notice for htmx parts)."""
    status = next((s for kind, s in STATUS.items() if isinstance(error, kind)), 409)
    text = bad_value(error) if isinstance(error, BadValue) else say(error.message)
    return _shown(request, Problem(status=status, title=_title(status), text=text))


def no_permission(request: HttpRequest) -> HttpResponse:
    """This function will say that the person's role does not include this page."""
    text = _("Your role does not include this page. Ask a manager if you need it.")
    return _shown(request, Problem(status=403, title=_title(403), text=text))


def no_role(request: HttpRequest) -> HttpResponse:
    """This function will say that the account has no role in a clinic."""
    text = _("Your account has no role in this clinic at present. Ask a manager to give you one.")
    return _shown(request, Problem(status=403, title=_title(403), text=text))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """This function will answer a request that could not be read."""
    if isinstance(exception, SessionInterrupted):  # found at the end, when the page was made
        text = _("You were signed out meanwhile. What you sent may have been saved: look first.")
    else:
        text = _("The request could not be read. Nothing was changed.")
    return _shown(request, Problem(status=400, title=_title(400), text=text))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """This function will answer a request that is not allowed."""
    return no_permission(request)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """This function will answer an address that leads nowhere."""
    text = _("There is nothing at this address. It may have moved, or the link is not complete.")
    return _shown(request, Problem(status=404, title=_title(404), text=text))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """This function will answer a form whose page was too old or came from elsewhere."""
    text = _("This form was open for too long. Nothing was saved. Go back, reload and send again.")
    return _shown(request, Problem(status=403, title=_("Please send it again"), text=text))


def busy(request: HttpRequest) -> HttpResponse:
    """This function will answer a write that waited too long for others: it may be sent again."""
    text = _("Too much is being written just now. Nothing was saved: press again in a moment.")
    response = _shown(request, Problem(status=503, title=_title(503), text=text))
    for name, value in BUSY.items():
        response[name] = value
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """This function will answer after a fault of ours, without the database or the session.

    A session or a log that found no turn to be written comes here too: that is no fault, and the
    page may have done its work before.
    """
    error = sys.exception()
    is_busy = isinstance(error, OperationalError) and statements.is_busy(error)
    html = render_to_string("problems/500.html", {"is_busy": is_busy})
    if not is_busy:
        return HttpResponse(html, status=500)
    return HttpResponse(html, status=503, headers=BUSY)


def _title(status: int) -> str:
    titles = {
        400: _("That cannot be used"),
        403: _("Not for your role"),
        404: _("Not found"),
        409: _("Not possible now"),
        503: _("Please send it again"),
    }
    return titles[status]


def _shown(request: HttpRequest, problem: Problem) -> HttpResponse:
    context: dict[str, Any] = {"problem": problem}
    if not request.headers.get("HX-Request"):
        return render(request, "problems/problem.html", context, status=problem.status)
    response = render(request, "problems/notice.html", context, status=problem.status)
    response["HX-Retarget"] = "#notice"
    response["HX-Reswap"] = "innerHTML"
    return response
