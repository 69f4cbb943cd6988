"""Addresses with a hole each, on purpose: the tests of attacks must find every one of them."""

from __future__ import annotations

import uuid

import structlog
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from reprieve.pathway.permissions import PERMISSIONS
from reprieve.records import identity
from reprieve.records.models import Patient
from reprieve.records.queries import links as queries
from reprieve.web.access import Access, PageRequest, page, public, stated

NAMED = "patient.open"
assert NAMED in PERMISSIONS


def _name(patient: uuid.UUID) -> str:
    clinic = Patient.objects.every().values_list("clinic_id", flat=True).get(pk=patient)
    return identity.newest(clinic, [patient])[patient].full_name


@csrf_exempt
@public(why="a hole: it takes a form from anywhere")
def forged(request: HttpRequest) -> HttpResponse:
    return HttpResponse("taken")


@page(NAMED, opens="hole")
def raw(request: PageRequest, patient: uuid.UUID) -> HttpResponse:
    return HttpResponse(f"<p>{_name(patient)}</p>")


@page(NAMED, opens="hole")
def addressed(request: PageRequest, patient: uuid.UUID) -> HttpResponse:
    return HttpResponse(f'<a href="/patients?q={_name(patient)}">again</a>')


@page(NAMED, opens="hole")
def logged(request: PageRequest, patient: uuid.UUID) -> HttpResponse:
    structlog.get_logger("hole").info("request", view=_name(patient))
    return HttpResponse("quiet")


@page(NAMED, opens="hole")
def of_any_clinic(request: PageRequest, patient: uuid.UUID) -> HttpResponse:
    return HttpResponse("yes" if Patient.objects.every().filter(pk=patient).exists() else "no")


def of_any_browser(request: HttpRequest, token: str) -> HttpResponse:
    found = queries.by_token(token)
    return HttpResponse(_name(found.patient) if found else "no")


stated(of_any_browser, Access(kind="link", permission="link.use", opens="hole"))


def unguarded(request: HttpRequest, patient: uuid.UUID) -> HttpResponse:
    return HttpResponse(_name(patient))


urlpatterns = [
    path("hole/forged", forged, name="hole_forged"),
    path("hole/raw/<uuid:patient>", raw, name="hole_raw"),
    path("hole/addressed/<uuid:patient>", addressed, name="hole_addressed"),
    path("hole/logged/<uuid:patient>", logged, name="hole_logged"),
    path("hole/any/<uuid:patient>", of_any_clinic, name="hole_any"),
    path("hole/linked/<str:token>", of_any_browser, name="hole_linked"),
    path("hole/unguarded/<uuid:patient>", unguarded, name="hole_unguarded"),
    path("", include("reprieve.config.urls")),
]
