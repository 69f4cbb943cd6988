"""The emergency card of a visit: one press opens a situation and logs it, others log each step."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from reprieve.knowledge import N_
from reprieve.pathway import infusion
from reprieve.pathway.clock import moment, ms
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.records.queries import charts
from reprieve.web import emergency_view, infusion_live, patient_page
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.emergency_words import SITUATIONS, STEPS
from reprieve.web.staff.infusion import FETCHED
from reprieve.web.words import say


@page("infusion.open", opens="emergency card")
def card(request: PageRequest, encounter: uuid.UUID, what: str = "") -> HttpResponse:
    """This function will show the card, with the steps of one situation when it is chosen."""
    clinic = request.actor.clinic
    chart = charts.chart(clinic=clinic, encounter=encounter)
    if chart is None or (what and what not in SITUATIONS):
        raise NotFound(N_("There is no such infusion."))
    header = patient_page.opened(request, chart.patient)
    request.shown.append(str(encounter))
    whole = emergency_view.card(clinic=clinic, at=request.at)
    logged = [
        (moment(event["at_ms"]), event["note"], event["by"])
        for event in chart.events
        if event["kind"] == "noted" and "emergency" in event["detail"]
    ]
    return render(request, "staff/infusion/emergency_card.html", {
        **patient_page.context(request, header), "encounter": encounter, "what": what,
        "card": whole, "now": whole.situation(what), "logged": logged,
        "steps": list(STEPS.items()), "live": infusion_live.current(request, encounter),
        "now_ms": ms(request.at),
    })  # fmt: skip


@page("infusion.run", opens="emergency card")
@require_POST
def log(request: PageRequest, encounter: uuid.UUID, what: str) -> HttpResponseBase:
    """This function will log a situation or a step now, on the chart, and show the situation."""
    if what not in SITUATIONS and what not in STEPS:
        raise NotFound(N_("There is no such document."))
    try:
        infusion.act(
            actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter,
            happened=emergency_view.pressed(what),
        )  # fmt: skip
    except NotNow as error:
        # The steps must be seen whatever the chart allows.
        messages.error(request, say(error.message))
    if request.headers.get(FETCHED):
        return HttpResponse(status=204)
    shown = what if what in SITUATIONS else request.POST.get("shown", "")
    if shown in SITUATIONS:
        return redirect("emergency_situation", encounter, shown)
    return redirect("emergency_card", encounter)


urlpatterns = [
    path("infusion/<uuid:encounter>/emergency", card, name="emergency_card"),
    path("infusion/<uuid:encounter>/emergency/<slug:what>", card, name="emergency_situation"),
    path("infusion/<uuid:encounter>/emergency/<slug:what>/log", log, name="emergency_log"),
]
