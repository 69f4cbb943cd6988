"""The plan: regimens side by side, one made to fit and signed."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from reprieve.clinical import conditions, evidence, rescue
from reprieve.clinical.regimens import regimen, regimens
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import drug_facts, orders, planning, states
from reprieve.pathway.errors import NotFound, PathwayError
from reprieve.pathway.permissions import allowed
from reprieve.pathway.planning import Plan
from reprieve.records.queries import ladders, observations, plans, problems
from reprieve.records.queries.observations import ObservationView
from reprieve.web import cautions, patient_page, plan_charts, plan_view, reauth
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.gate_view import pounds
from reprieve.web.plan_forms import CompareForm, SignForm, ask_body, height_of, weight_of
from reprieve.web.words import form_errors, say

UNPROCESSABLE = 422
# The button below a regimen carries the comparison's form over to the page that signs.
FIT = "fit"
FIRST_SHOWN = ("ketamine-0.35mgkgh-4h-x10", "ketamine-80mg-2h-x6", "ketamine-0.5mgkg-40min-x6")


@page("plan.open", opens="plan")
def plan(request: PageRequest, patient: uuid.UUID) -> HttpResponse:
    """This function will show the signed plan, and regimens side by side for this person.

    What is compared is posted, though nothing is written: a weight belongs in no address.
    """
    header = patient_page.opened(request, patient)
    body = _body(request, patient)
    form = _comparison(request, patient, body)
    found = _columns(request, form, body) if form.is_valid() else ()
    chosen = form.cleaned_data.get("condition", "") if form.is_valid() else ""
    context = {
        **patient_page.context(request, header), "form": form, "body": body, "columns": found,
        "now": plans.current(clinic=request.actor.clinic, patient=patient),
        "levels": plan_charts.level_charts(found), "relief": plan_charts.relief_chart(found),
        "evidence": evidence.evidence(chosen) if chosen else None,
        "may_sign": allowed(request.actor, "plan.sign")
        and "plan.sign" in states.possible("episode", header.state),
        "names": {n: r.name for n, r in regimens().items()},
        "notes": {m.id: m for c in found if c.outlook for m in c.outlook.extrapolated}.values(),
    }  # fmt: skip
    return render(request, "staff/plan/plan.html", context)


def _comparison(request: PageRequest, patient: uuid.UUID, body: dict[str, Any]) -> CompareForm:
    """What is compared; at first the usual three, as soon as there is a weight to do it for."""
    usual = _usual(request, patient)
    if request.method == "POST":
        form = CompareForm(request.POST)
    else:
        form = CompareForm(usual) if body["weight_kg"] else CompareForm(initial=usual)
    ask_body(form, weight=body["weight_kg"], height=body["height_cm"])
    return form


def _usual(request: PageRequest, patient: uuid.UUID) -> dict[str, Any]:
    """What is compared at first: the usual three, for the condition on record."""
    known = [r for r in FIRST_SHOWN if r in regimens()]
    return {"regimen": known, "condition": _condition(request, patient)}


def _condition(request: PageRequest, patient: uuid.UUID) -> str:
    """The described condition that the patient's own pain condition belongs to, if there is one."""
    known = problems.conditions(clinic=request.actor.clinic, patient=patient)
    return next((found for one in known if (found := conditions.evidence_of(one.code))), "")


def _body(request: PageRequest, patient: uuid.UUID) -> dict[str, Any]:
    newest = observations.newest(
        clinic=request.actor.clinic, patient=patient, codes=["weight_kg", "height_cm"]
    )
    weight, height = _number(newest.get("weight_kg")), _number(newest.get("height_cm"))
    return {
        "weight_kg": weight, "weight_lb": pounds(weight), "height_cm": height,
        "weighed_at": newest["weight_kg"].measured_at if weight else None,
    }  # fmt: skip


def _number(view: ObservationView | None) -> Decimal | None:
    return None if view is None or view.value is None else Decimal(str(view.value))


def _columns(
    request: PageRequest, form: CompareForm, body: dict[str, Any]
) -> tuple[plan_view.Column, ...]:
    weight = weight_of(form, body["weight_kg"])
    if weight is None:
        return ()
    data = form.cleaned_data
    wanted = [
        Plan(
            regimen=name, weight_kg=weight, height_cm=height_of(form, body["height_cm"]),
            weight_basis=data["weight_basis"], condition=data["condition"],
        )
        for name in data["regimen"]
    ]  # fmt: skip
    limits = orders.limits_in_force(clinic=request.actor.clinic, at=request.at)
    return plan_view.columns(wanted, limits=limits)


@page("plan.sign", opens="plan")
def sign(request: PageRequest, patient: uuid.UUID, name: str) -> HttpResponseBase:
    """This function will make one regimen fit and sign it as the patient's plan."""
    if name not in regimens():
        raise NotFound(N_("There is no such regimen."))
    header = patient_page.opened(request, patient)
    body = _body(request, patient)
    compared = FIT in request.POST
    chosen = request.POST.get("condition", "") if compared else _condition(request, patient)
    form = SignForm(
        None if compared else request.POST or None, regimen=regimen(name),
        initial={"condition": chosen}, held_until=_held_until(request, patient),
    )  # fmt: skip
    ask_body(form, weight=body["weight_kg"], height=body["height_cm"])
    if form.is_bound and form.is_valid() and _signed(request, patient, form, body):
        messages.success(request, _("The plan is signed."))
        return redirect("plan", patient=patient)
    context = {
        **patient_page.context(request, header), "form": form, "body": body,
        "regimen": regimen(name), "not_asked": _not_asked(request, patient),
        "smaller": cautions.smaller_doses(request, patient),
    }  # fmt: skip
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "staff/plan/sign.html", context, status=status)


def _not_asked(request: PageRequest, patient: uuid.UUID) -> tuple[drug_facts.Question, ...]:
    return drug_facts.unanswered(
        clinic=request.actor.clinic, patient=patient, at=request.at, drugs=rescue.drugs()
    )


def _held_until(request: PageRequest, patient: uuid.UUID) -> date | None:
    """The first day of a booster that keeps the shortest gap, while that day is to come."""
    first = ladders.earliest(clinic=request.actor.clinic, patient=patient, at=request.at)
    return first if first and timezone.localtime(request.at).date() < first else None


def _signed(
    request: PageRequest, patient: uuid.UUID, form: SignForm, body: dict[str, Any]
) -> bool:
    weight = weight_of(form, body["weight_kg"])
    if weight is None:
        return False
    try:
        reauth.confirm(request, form.cleaned_data["password"])
        planning.sign(
            actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
            plan=form.plan(weight_kg=weight, height_cm=height_of(form, body["height_cm"])),
            password=form.cleaned_data["password"],
        )  # fmt: skip
    except BadValue as error:
        form_errors(form, error)
    except PathwayError as error:
        form.add_error(None, say(error.message))
    return form.is_valid()


urlpatterns = [
    path("patients/<uuid:patient>/plan", plan, name="plan"),
    path("patients/<uuid:patient>/plan/sign/<str:name>", sign, name="plan_sign"),
]
