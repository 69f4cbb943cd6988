"""Whether the server answers, may be sent work, and how it is: for supervisors, no patient."""

from __future__ import annotations

import hmac
import ipaddress
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.module_loading import import_string

from reprieve.web.access import public
from reprieve.web.peer import address

PLAIN = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "reprieve_"


@public(why="a supervisor asks whether the server and its database answer")
def healthz(request: HttpRequest) -> HttpResponse:
    """This function will answer 200 when the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return _said("database", HTTPStatus.SERVICE_UNAVAILABLE)
    return _said("ok")


@public(why="a load balancer asks whether this server may be sent people")
def readyz(request: HttpRequest) -> HttpResponse:
    """This function will answer 200 when tables answer and somebody keeps time, else 503."""
    try:
        found = _facts()
    except DatabaseError:
        return _said("database", HTTPStatus.SERVICE_UNAVAILABLE)
    if not found["clock_held"]:
        return _said("clock", HTTPStatus.SERVICE_UNAVAILABLE)
    return _said("ok")


@public(why="who watches the server asks by its token, or on the machine itself")
def metrics(request: HttpRequest) -> HttpResponse:
    """This function will give the numbers in Prometheus' text form: counts, never a patient."""
    if not _may_watch(request):
        return _said("forbidden", HTTPStatus.FORBIDDEN)
    lines = [
        f"# TYPE {PREFIX}{name} gauge\n{PREFIX}{name} {value}"
        for name, value in sorted(_facts().items())
    ]
    return _said("\n".join([*lines, ""]))


def _facts() -> dict[str, float]:
    """Measured by the room that knows the server: pages know only where to ask."""
    found: dict[str, float] = import_string(settings.HEALTH)()
    return found


def _may_watch(request: HttpRequest) -> bool:
    """By the token, where there is one; else only from this machine, asked directly."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not forwarded and ipaddress.ip_address(address(request) or "192.0.2.1").is_loopback


def _said(words: str, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    return HttpResponse(words, status=status, content_type=PLAIN)


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
