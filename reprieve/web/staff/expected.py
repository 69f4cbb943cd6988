"""The range of levels a model expects in a running infusion: on the physician's request alone."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from reprieve.pathway.expected_levels import expected
from reprieve.records.queries import clinics, live, patients
from reprieve.web import expected_view
from reprieve.web.access import PageRequest, page
from reprieve.web.presenters import strip

PART = "X-Reprieve-Part"


@page("infusion.expect", opens="expected levels")
def levels(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will show the expected range, as a part of the screen or as a page."""
    clinic = request.actor.clinic
    found = expected(clinic=clinic, encounter=encounter, at=request.at)
    patient = live.patient_of(clinic=clinic, encounter=encounter)
    request.shown += [str(patient), str(encounter)]
    context = {
        "encounter": encounter, "found": found,
        "chart": expected_view.chart(found, zone=clinics.clinic(clinic).timezone),
    }  # fmt: skip
    if found.problem is None:
        context |= {"title": expected_view.title(found), "basis": expected_view.basis(found)}
    if request.headers.get(PART):
        return render(request, "staff/expected/part.html", context)
    header = patient and patients.header(clinic=clinic, patient=patient)
    context["patient"] = strip(header, on=request.at.date()) if header else None
    return render(request, "staff/expected/page.html", context)


urlpatterns = [path("infusion/<uuid:encounter>/expected", levels, name="infusion_expected")]
