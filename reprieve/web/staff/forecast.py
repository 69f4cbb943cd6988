"""How pain is expected to go on, with the track record of that expectation in this patient."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from reprieve.pathway.forecast import outlook
from reprieve.web import forecast_view, patient_page
from reprieve.web.access import PageRequest, page

PART = "X-Reprieve-Part"


@page("followup.open", opens="forecast")
def forecast(request: PageRequest, patient: uuid.UUID) -> HttpResponse:
    """This function will show one patient's forecast, as a part of the follow-up or as a page."""
    header = patient_page.opened(request, patient)
    found = outlook(clinic=request.actor.clinic, patient=patient, at=request.at)
    context: dict[str, Any] = {"found": found, "chart": forecast_view.chart(found)}
    if found.problem is None:
        context |= {
            "title": forecast_view.title(found), "record": forecast_view.record(found),
            "rows": forecast_view.rows(found.past), "basis": forecast_view.basis(found),
        }  # fmt: skip
    if request.headers.get(PART):
        return render(request, "staff/forecast/part.html", context)
    shown = {**patient_page.context(request, header), **context}
    return render(request, "staff/forecast/page.html", shown)


urlpatterns = [path("follow-up/<uuid:patient>/forecast", forecast, name="followup_forecast")]
