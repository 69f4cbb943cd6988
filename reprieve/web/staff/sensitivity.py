"""How strongly a patient answered ketamine before, beside the plan: on request alone."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from reprieve.knowledge import BadValue
from reprieve.pathway import orders, planning, sensitivity
from reprieve.pathway.planning import Draft, Plan
from reprieve.records.queries import given_courses, plans
from reprieve.web import patient_page, sensitivity_view
from reprieve.web.access import PageRequest, page
from reprieve.web.staff.plan import FIRST_SHOWN

PART = "X-Reprieve-Part"


@page("plan.open", opens="sensitivity")
def answered(request: PageRequest, patient: uuid.UUID) -> HttpResponse:
    """This function will show what earlier infusions taught, as a part of the plan or as a page."""
    header = patient_page.opened(request, patient)
    found = sensitivity.learnt(
        clinic=request.actor.clinic, patient=patient, at=request.at,
        drafts=_drafts(request, patient),
    )  # fmt: skip
    context: dict[str, Any] = {
        "found": found, "rows": sensitivity_view.rows(found),
        "answers": sensitivity_view.answers(found), "basis": sensitivity_view.basis(found),
    }  # fmt: skip
    if request.headers.get(PART):
        return render(request, "staff/sensitivity/part.html", context)
    shown = {**patient_page.context(request, header), **context}
    return render(request, "staff/sensitivity/page.html", shown)


def _drafts(request: PageRequest, patient: uuid.UUID) -> list[Draft]:
    """The first infusion of the signed regimen and of the usual ones, for the weight on record."""
    clinic = request.actor.clinic
    weight = given_courses.weight_kg(clinic=clinic, patient=patient)
    if weight is None:
        return []
    now = plans.current(clinic=clinic, patient=patient)
    names = dict.fromkeys(([now.regimen] if now else []) + list(FIRST_SHOWN))
    limits = orders.limits_in_force(clinic=clinic, at=request.at)
    found = []
    for name in names:
        try:
            plan = Plan(regimen=name, weight_kg=Decimal(str(weight)))
            found.append(planning.draft(plan, limits=limits))
        except BadValue:
            continue  # this regimen asks for more than the weight on record: it is left out
    return found


urlpatterns = [path("patients/<uuid:patient>/plan/answered", answered, name="plan_answered")]
