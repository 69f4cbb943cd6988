"""How ketamine is thought to work, in plain words for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from reprieve.web import explain_view
from reprieve.web.access import public


@public(why="an explanation for everybody; it shows no patient")
def how_it_works(request: HttpRequest) -> HttpResponse:
    """This function will explain pain, sensitisation, the receptor, and why relief may outlast."""
    return render(request, "portal/explain/works.html", {
        "receptors": explain_view.receptors_chart(), "relief": explain_view.relief_chart(),
    })  # fmt: skip


urlpatterns = [path("how-ketamine-works", how_it_works, name="how_it_works")]
