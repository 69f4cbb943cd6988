"""What the clinic learns: response by condition, regimen and dose, and who is behind a figure."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from reprieve.knowledge import N_
from reprieve.outcomes.rules import Rules, rules
from reprieve.pathway import registry
from reprieve.pathway.errors import NotFound, PermissionDenied
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import patients
from reprieve.records.queries import registry as queries
from reprieve.records.queries.registry import ReportView
from reprieve.web import registry_view
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.collect import NavItem


@page("registry.open", opens="registry")
def overview(request: PageRequest) -> HttpResponse:
    """This function will show the newest report or an older one, or how one is made."""
    found = _chosen(request)
    shown: dict[str, Any] = {
        "found": found,
        "made": queries.made(clinic=request.actor.clinic),
        "may_ask": allowed(request.actor, registry.ASK) and registry.is_installed(),
        "is_installed": registry.is_installed(),
    }
    if found is not None:
        shown |= _report(request, found)
    return render(request, "staff/registry/registry.html", shown)


def _chosen(request: PageRequest) -> ReportView | None:
    """The report that is asked for, as it was made; else the newest. Raises NotFound."""
    asked = request.GET.get("report", "")
    if not asked:
        return queries.newest(clinic=request.actor.clinic)
    try:
        found = queries.kept(clinic=request.actor.clinic, report=uuid.UUID(asked))
    except ValueError:
        found = None
    if found is None:
        raise NotFound(N_("There is no such report."))
    return found


def _report(request: PageRequest, found: ReportView) -> dict[str, Any]:
    in_force = _rules(found.day)
    everybody = [{**found.content["everybody"], "key": "all"}]
    groups = found.content["groups"]
    return {
        "everybody": registry_view.lines(everybody, "all", in_force)[0],
        "dimensions": [
            {
                "key": key, "title": title,
                "lines": registry_view.lines(groups[key], key, in_force),
                "chart": registry_view.curve(groups[key], key, in_force),
            }
            for key, title in registry_view.DIMENSIONS.items()
        ],
        "figures": registry_view.FIGURES,
        "cut": registry_view.CUT,
        "forecasts": registry_view.forecasts(found.content.get("forecasts", {"lines": []})),
        "may_open": allowed(request.actor, "registry.patients"),
        "rules": in_force,
        "versions": sorted(found.content["versions"].items()),
    }  # fmt: skip


def _rules(day: date) -> Rules:
    return rules(on=day)


@page("registry.patients", opens="registry patients")
def behind(request: PageRequest, dimension: str) -> HttpResponse:
    """This function will list the patients behind a group's figures; a hidden group stays so."""
    key, figure = request.GET.get("group", ""), request.GET.get("figure", "")
    found = _chosen(request)
    groups = found.content["groups"].get(dimension, []) if found else []
    group = next((one for one in groups if one["key"] == key), None)
    if found is None or group is None:
        raise NotFound(N_("There is no such group in this report."))
    if figure and not registry_view.title_of(figure):
        raise NotFound(N_("There is no such figure."))
    if group["withheld"] or registry_view.is_withheld(group, figure):
        raise PermissionDenied(N_("This group is too small to be shown."))
    rows = [
        one
        for one in found.content["behind"]
        if str(one[dimension]) == key and registry_view.counts(one, figure)
    ]
    who = patients.by_number(
        clinic=request.actor.clinic, numbers=[one["patient"] for one in rows]
    )
    request.shown += [str(person.id) for person in who.values()]
    shown = {
        "report": found.id,
        "title": registry_view.name(dimension, key, _rules(found.day)),
        "figure": "" if figure in ("responders", "relief") else registry_view.title_of(figure),
        "rows": [
            (who[one["patient"]], *registry_view.RESPONSES[one["responder"]], one,
             registry_view.of_patient(one, figure))
            for one in rows
            if one["patient"] in who
        ],
    }  # fmt: skip
    return render(request, "staff/registry/patients.html", shown)


@page("registry.ask", opens="registry")
@require_POST
def ask(request: PageRequest) -> HttpResponseBase:
    """This function will have the registry made anew."""
    registry.ask(actor=request.actor, uid=act_of(request), at=request.at)
    messages.success(request, _("It is being made. Come back in a minute."))
    return redirect("registry")


urlpatterns = [
    path("registry", overview, name="registry"),
    path("registry/ask", ask, name="registry_ask"),
    path("registry/patients/<str:dimension>", behind, name="registry_patients"),
]
NAV = [
    NavItem(
        label=_lazy("Registry"), url_name="registry", permission="registry.open", order=70,
        icon="chart",
    )
]  # fmt: skip
