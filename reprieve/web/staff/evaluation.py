"""The evaluation at a glance: what is known, what is missing, and where to write it down."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reprieve import units
from reprieve.clinical import criteria, lab_sheet
from reprieve.clinical.body import dosing_weights
from reprieve.clinical.instruments import instrument
from reprieve.pathway import evaluation, states
from reprieve.records.queries import (
    form_sets,
    medicines,
    observations,
    problems,
    questionnaires,
)
from reprieve.web import patient_page, presenters
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.staff.settings_sets import MOMENTS

BASELINE = ("body-map", "nrs", "peg", "phq-9", "c-ssrs-screener", "personal-goal")
OPTIONAL = (
    "audit-c", "gad-7", "ort-oud", "dast-10", "stop-bang", "bpi-sf", "odi", "icsi", "cfs",
    "pcs", "dn4", "paindetect", "promis-pain-interference-4a", "promis-29", "wpi-sss",
)  # fmt: skip
VITALS = (("sbp", "mmHg"), ("dbp", "mmHg"), ("heart_rate", "/min"), ("spo2", "%"),
          ("respiratory_rate", "/min"))  # fmt: skip
HISTORY = "history"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLine:
    """One form with its newest score. `at` None: nobody has answered it."""

    name: str
    title: str
    href: str
    score: str
    band: str
    at: datetime | None
    confirmed: bool


@page("evaluation.open", opens="evaluation")
def overview(request: PageRequest, patient: uuid.UUID) -> HttpResponse:
    """This function will show what the evaluation holds so far."""
    header = patient_page.opened(request, patient)
    clinic = request.actor.clinic
    newest = observations.newest(clinic=clinic, patient=patient)
    asked = evaluation.questions()
    known = [f for f in asked if f.name in newest and newest[f.name].value is not None]
    return render(
        request,
        "staff/evaluation/overview.html",
        {
            **patient_page.context(request, header),
            "line": presenters.pathway_line(header.state),
            "may_begin": "evaluation.begin" in states.possible("episode", header.state),
            "evaluating": header.state == "evaluating",
            "baseline": [_line(clinic, patient, name) for name in BASELINE],
            "optional": [_line(clinic, patient, name) for name in OPTIONAL],
            "moments": [(name, str(label)) for name, label in MOMENTS.items()],
            "moment": form_sets.moment_of(header.state),
            "history_known": len(known),
            "history_asked": len(asked),
            "body": body_of(newest),
            "vitals": [(code, unit, newest[code]) for code, unit in VITALS if code in newest],
            "liver": [
                (_(test.label), newest[test.fact])
                for test in lab_sheet.liver_tests().values()
                if test.fact in newest and newest[test.fact].value is not None
            ],
            "criteria": [_criterion(newest, name) for name in criteria.criteria()],
            "conditions": problems.conditions(clinic=clinic, patient=patient),
            "allergies": header.allergies,
            "medicines": medicines.current(clinic=clinic, patient=patient),
            "tried": medicines.tried(clinic=clinic, patient=patient),
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Weight in both units, height, and body mass where both are known."""

    weight: observations.ObservationView | None
    weight_lb: Decimal | None
    height: observations.ObservationView | None
    bmi_kg_per_m2: Decimal | None


def body_of(newest: Mapping[str, observations.ObservationView]) -> Body:
    """This function will work out what stands beside weight and height: pounds as typed or made."""
    weight, height, typed = (newest.get(n) for n in ("weight_kg", "height_cm", "weight_lb"))
    if weight is None:
        return Body(weight=None, weight_lb=None, height=height, bmi_kg_per_m2=None)
    kg = Decimal(str(weight.value))
    same = typed is not None and typed.set_id == weight.set_id
    pounds = Decimal(str(typed.value)) if same and typed else _pounds(kg)
    cm = Decimal(str(height.value)) if height else None
    bmi = dosing_weights(weight_kg=kg, height_cm=cm).bmi_kg_per_m2 if cm else None
    return Body(weight=weight, weight_lb=pounds, height=height, bmi_kg_per_m2=bmi)


def _pounds(kg: Decimal) -> Decimal:
    return units.convert(kg, "kg", "[lb_av]").quantize(Decimal("0.1"))


def _line(clinic: uuid.UUID, patient: uuid.UUID, name: str) -> FormLine:
    found = questionnaires.newest(clinic=clinic, patient=patient, instrument=name)
    return FormLine(
        name=name,
        title=_(instrument(name).title),
        href=reverse("evaluation_form", args=[patient, name]),
        score="" if found is None or found.total is None else f"{found.total:.3g}",
        band=_(found.band) if found and found.band else "",
        at=found.measured_at if found else None,
        confirmed=instrument(name).verified,
    )


def _criterion(newest: dict[str, Any], name: str) -> dict[str, Any]:
    found = newest.get(f"criterion/{name}")
    return {
        "name": name,
        "title": _(criteria_title(name)),
        "met": found.value["met"] if found else "",
        "grade": (found.value["grade"] or "") if found else "",
        "at": found.measured_at if found else None,
    }


def criteria_title(name: str) -> str:
    """This function will return a criterion's title in English, as its file has it."""
    from reprieve.clinical.criteria.facts import criterion_data

    return str(criterion_data(name).data["title"])


@page("evaluation.open", opens="evaluation")
@require_POST
def begin(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will begin the evaluation."""
    evaluation.begin(actor=request.actor, uid=act_of(request), at=request.at, patient=patient)
    messages.success(request, _("The evaluation has begun."))
    return redirect("evaluation", patient)


urlpatterns = [
    path("patients/<uuid:patient>/evaluation", overview, name="evaluation"),
    path("patients/<uuid:patient>/evaluation/begin", begin, name="evaluation_begin"),
]
