"""The public page, and the answer to "are you alive?"."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from reprieve.web.access import public

UNAVAILABLE = 503


@public(why="the clinic's page for everybody; it shows no patient")
def front(request: HttpRequest) -> HttpResponse:
    """This function will show what the clinic offers."""
    return render(request, "portal/front.html")


@public(why="a supervisor asks whether the server and its database answer")
def healthz(request: HttpRequest) -> HttpResponse:
    """This function will answer 200 when the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database", status=UNAVAILABLE, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [path("", front, name="front"), path("healthz", healthz, name="healthz")]
