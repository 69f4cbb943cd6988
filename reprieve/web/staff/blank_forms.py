"""The clinic's forms as such: blank on paper, and as FHIR Questionnaires for other systems."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _

from reprieve.clinical.instruments import Instrument, instrument, instruments
from reprieve.clinical.instruments.fhir_form import questionnaire
from reprieve.knowledge import N_
from reprieve.pathway.errors import NotFound
from reprieve.records.queries import settings
from reprieve.web.access import PageRequest, page
from reprieve.web.people import clinic_of
from reprieve.web.print import form as printed


@page("evaluation.open", opens="forms")
def blank_forms(request: PageRequest) -> HttpResponse:
    """This function will list every form with its licence, source and what is unconfirmed."""
    found = [instrument(name) for name in instruments()]
    rows = [(form, [_(part) for part in form.unverified]) for form in found]
    return render(request, "staff/evaluation/blank_forms.html", {"rows": rows})


@page("evaluation.open", opens="blank form")
def paper(request: PageRequest, name: str) -> HttpResponse:
    """This function will print a blank form, `?language=es` in that language."""
    form = _known(name)
    wanted = request.GET.get("language", "")
    spoken = wanted if wanted in dict(django_settings.LANGUAGES) else translation.get_language()
    clinic = request.actor.clinic
    size = settings.value(clinic=clinic, key="print.paper", at=request.at, default="letter")
    with translation.override(spoken):
        made = printed.pdf(form, clinic=clinic_of(request, request.actor).name, paper=str(size))
    headers = {"Content-Disposition": f'inline; filename="{form.id}.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


@page("evaluation.open", opens="form definition")
def fhir(request: PageRequest, name: str) -> HttpResponse:
    """This function will give a form as a FHIR Questionnaire."""
    made = JsonResponse(questionnaire(_known(name)))
    made["Content-Type"] = "application/fhir+json"
    return made


def _known(name: str) -> Instrument:
    if name not in instruments():
        raise NotFound(N_("There is no such form."))
    return instrument(name)


urlpatterns = [
    path("forms", blank_forms, name="blank_forms"),
    path("forms/<str:name>.pdf", paper, name="blank_form_paper"),
    path("forms/<str:name>.json", fhir, name="blank_form_fhir"),
]
