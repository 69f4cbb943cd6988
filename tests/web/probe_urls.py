"""The product's addresses and a few views that only tests see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from reprieve.config.urls import urlpatterns as products
from reprieve.knowledge import BadValue, Message
from reprieve.pathway.errors import Conflict, NotFound, NotNow, PermissionDenied
from reprieve.web.access import PageRequest, live, page, public

ERRORS = {
    "denied": PermissionDenied("You may not do this: x"),
    "not-now": NotNow(Message(id="The infusion is {state}.", params={"state": "ended"})),
    "conflict": Conflict("Somebody else was first."),
    "missing": NotFound("No such patient."),
    "bad": BadValue("weight", "must be a number"),
}


@page("patient.open", opens="probe")
def probe(request: PageRequest) -> HttpResponse:
    request.shown.append("patient-7")
    return HttpResponse(f"{timezone.get_current_timezone_name()} {request.POST.get('said', '')}")


@page("patient.open", opens="failing")
def failing(request: PageRequest, kind: str) -> HttpResponse:
    raise ERRORS[kind]


@public(why="a test")
def open_failing(request: HttpRequest, kind: str) -> HttpResponse:
    raise ERRORS[kind]


@live("patient.open", opens="probe live")
def polled(request: PageRequest) -> HttpResponse:
    return HttpResponse("alarms")


@public(why="a test")
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("Iva Invented has a secret")


urlpatterns = [
    *products,
    path("probe", probe, name="probe"),
    path("probe/fails/<slug:kind>", failing, name="probe_fails"),
    path("probe/open/<slug:kind>", open_failing, name="probe_open"),
    path("live/probe", polled, name="probe_live"),
    path("probe/broken", broken, name="probe_broken"),
]

handler404 = "reprieve.web.problems.not_found"
handler500 = "reprieve.web.problems.broken"
