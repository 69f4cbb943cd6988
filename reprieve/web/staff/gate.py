"""Ready to start: the visit is opened, each item of the gate resolved in place, then started."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reprieve.clinical.regimens import regimen
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import gate, infusion, order_remaking, preparing
from reprieve.pathway.errors import NotFound, PathwayError
from reprieve.pathway.infusion import Happened
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import (
    bags,
    booking,
    checks,
    clinics,
    gate_facts,
    gate_people,
    gate_vitals,
    people,
    plans,
)
from reprieve.records.queries import gate_visits as visits
from reprieve.records.queries import orders as order_list
from reprieve.web import amounts, gate_entries, gate_view, patient_page, reauth
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.gate_entries import FACTS, Bench
from reprieve.web.gate_forms import OpenForm, OverrideForm, ReasonForm
from reprieve.web.second import colleagues, second_of
from reprieve.web.words import form_errors, moment, say

UNPROCESSABLE = 422
# The forms of each section, beside its questions.
FORMS_OF = {
    "identity": ("identity",), "body": ("body", "again"), "vitals": ("vitals",),
    "escort": ("escort",), "line": ("line",), "place": ("people",),
    "monitoring": ("oximeter", "monitor"),
}  # fmt: skip
# Sections that show more than their rules and forms.
WITH_MORE = frozenset({"identity", "consent", "mood", "since", "body", "vitals", "place",
                       "monitoring", "drug", "history"})  # fmt: skip


@page("infusion.prepare", opens="infusion preparation")
def prepare(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will open the infusion visit of a patient who is here."""
    header = patient_page.opened(request, patient)
    under_way = visits.under_way(clinic=request.actor.clinic, patient=patient)
    if under_way is not None:
        return redirect("gate" if under_way.state == "prepared" else "infusion",
                        encounter=under_way.encounter)  # fmt: skip
    plan = plans.current(clinic=request.actor.clinic, patient=patient)
    form = _open_form(request, patient, request.POST or None)
    if request.method == "POST" and form.is_valid() and (made := _opened(request, patient, form)):
        return redirect("gate", encounter=made)
    return render(
        request,
        "staff/gate/open.html",
        {**patient_page.context(request, header), "form": form, "plan": plan,
         "regimen": _(regimen(plan.regimen).name) if plan else ""},
        status=UNPROCESSABLE if form.is_bound else 200,
    )


def _open_form(request: PageRequest, patient: uuid.UUID, data: Any) -> OpenForm:
    clinic = request.actor.clinic
    booked = booking.of_patient(clinic=clinic, patient=patient)
    waiting = {"booked", "late", "arrived"}
    today = [v for v in booked if v.kind == "infusion" and v.status in waiting]
    return OpenForm(
        data,
        visits=[(str(v.id), moment(v.starts_at)) for v in today],
        chairs=[(str(c.id), f"{c.name} · {c.site_name}") for c in clinics.chairs(clinic=clinic)],
    )


def _opened(request: PageRequest, patient: uuid.UUID, form: OpenForm) -> uuid.UUID | None:
    data = form.cleaned_data
    try:
        return preparing.open_visit(
            actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
            appointment=uuid.UUID(data["appointment"]) if data["appointment"] else None,
            chair=uuid.UUID(data["chair"]) if data["chair"] else None,
            by_hand=data["source"] == "hand",
        )  # fmt: skip
    except BadValue as error:
        form_errors(form, error)
    except PathwayError as error:
        form.add_error(None, say(error.message))
    return None


@page("infusion.check", opens="start gate")
def ready(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will show what the gate says, and the control that resolves each item."""
    return _shown(request, encounter, bound={})


@page("infusion.check", opens="start gate")
@require_POST
def tell(request: PageRequest, encounter: uuid.UUID, key: str) -> HttpResponse:
    """This function will write one form of the gate down and come back to its place."""
    bench = Bench(request=request, encounter=encounter)
    preparing.visit_of(request.actor.clinic, encounter)
    form = gate_entries.form_for(key, bench, request.POST)
    if form is None:
        raise NotFound(N_("There is no such form."))
    if form.is_valid() and _saved(key, bench, form):
        messages.success(request, _("Written down."))
        return redirect(f"{reverse('gate', args=[encounter])}#{_next(request, encounter, key)}")
    return _shown(request, encounter, bound={key: form})


def _saved(key: str, bench: Bench, form: forms.Form) -> bool:
    try:
        gate_entries.save(key, bench, form)
    except BadValue as error:
        form_errors(form, error)
    except PathwayError as error:
        form.add_error(None, say(error.message))
    return form.is_valid()


def _next(request: PageRequest, encounter: uuid.UUID, key: str) -> str:
    """The same section while it blocks, else the first that does."""
    items = gate.items(clinic=request.actor.clinic, encounter=encounter, at=request.at)
    blocking = [s.part.key for s in gate_view.sections(items) if s.blocks]
    here = _part_of(key)
    return here if here in blocking or not blocking else blocking[0]


def _part_of(key: str) -> str:
    if key.startswith(FACTS):
        return key.removeprefix(FACTS)
    return next(part for part, keys in FORMS_OF.items() if key in keys)


def _shown(
    request: PageRequest, encounter: uuid.UUID, *, bound: dict[str, forms.Form]
) -> HttpResponse:
    visit = visits.one(clinic=request.actor.clinic, encounter=encounter)
    if visit is None:
        raise NotFound(N_("There is no such infusion."))
    header = patient_page.opened(request, visit.patient)
    request.shown.append(str(encounter))
    clinic, at = request.actor.clinic, request.at
    facts = gate_facts.facts(clinic=clinic, encounter=encounter, at=at)
    items = gate.items(clinic=clinic, encounter=encounter, at=at, facts=facts)
    sections = gate_view.sections(items)
    first = next((s.part.key for s in sections if s.blocks), "")
    bench = Bench(request=request, encounter=encounter, known=facts)
    context = {
        **patient_page.context(request, header),
        **_chair(request, encounter, facts), **_people(request, encounter),
        "encounter": encounter, "visit": visit, "signs": reauth.signs_orders(request.actor),
        "parts": [_part(bench, s, bound, first=first) for s in sections],
        "blocking": [line for s in sections for line in s.open if line.blocks],
        "ready_n": sum(not s.blocks for s in sections), "all_n": len(sections),
    }  # fmt: skip
    return render(request, "staff/gate/ready.html", context, status=UNPROCESSABLE if bound else 200)


def _chair(
    request: PageRequest, encounter: uuid.UUID, facts: Mapping[str, Any]
) -> dict[str, Any]:
    clinic = request.actor.clinic
    at_ms = round(request.at.timestamp() * 1000)
    read = gate_vitals.readings(clinic=clinic, encounter=encounter, until_ms=at_ms)
    found = order_list.of_visit(clinic=clinic, encounter=encounter)
    bag = bags.newest(clinic=clinic, encounter=encounter)
    return {
        "sets": [gate_view.pressure(one) for one in gate_vitals.apart(gate_vitals.sets(read))],
        "body": gate_view.body(facts),
        "order": next((o for o in found if not o.as_needed and o.in_force), None),
        "rescue": [o for o in found if o.as_needed and o.in_force and not o.withdrawn],
        "not_remade": order_remaking.refusal(actor=request.actor, encounter=encounter),
        "bag": None if bag is None else replace(bag, recipe=amounts.recipe(bag.recipe)),
        "check": checks.newest(clinic=clinic, encounter=encounter),
    }


def _people(request: PageRequest, encounter: uuid.UUID) -> dict[str, Any]:
    """Who is named for this visit, and for how many patients the nurses are there."""
    clinic = request.actor.clinic
    who = gate_people.named(clinic=clinic, encounter=encounter)
    names = {str(member.id): member.name for member in people.staff(clinic=clinic)}
    return {
        "named": {key: names.get(getattr(who, key), "") for key in gate_view.NAMED},
        "nurses": who.nurses,
        "patients_here": gate_people.patients_here(clinic=clinic, encounter=encounter),
        "starts_here": who.starter in {"", str(request.actor.practitioner)},
    }


def _part(
    bench: Bench, section: gate_view.Section, bound: dict[str, forms.Form], *, first: str
) -> dict[str, Any]:
    key = section.part.key
    keys = [*FORMS_OF.get(key, ()), *([FACTS + key] if gate_entries.facts_of(key) else [])]
    made = {k: bound.get(k) or gate_entries.form_for(k, bench) for k in keys}
    return {
        "section": section, "key": key, "forms": made,
        "own": f"staff/gate/part_{key}.html" if key in WITH_MORE else "",
        "is_open": any(k in bound for k in keys) if bound else key == first,
    }  # fmt: skip


@page("infusion.check", opens="gate decision")
def decide(request: PageRequest, encounter: uuid.UUID, rule: str) -> HttpResponse:
    """This function will let one item pass, with a reason and, where it blocks, a second person."""
    visit = visits.one(clinic=request.actor.clinic, encounter=encounter)
    found = {
        i.finding.rule: i
        for i in (gate.items(clinic=request.actor.clinic, encounter=encounter, at=request.at)
                  if visit else ())
    }  # fmt: skip
    if visit is None or rule not in found:
        raise NotFound(N_("There is no such rule at this gate."))
    item = found[rule]
    header = patient_page.opened(request, visit.patient)
    form = _decision_form(request, item)
    if request.method == "POST" and form.is_valid() and _decided(request, encounter, item, form):
        messages.success(request, _("Decided, with the reason on record."))
        return redirect(f"{reverse('gate', args=[encounter])}#items")
    context = {
        **patient_page.context(request, header), "encounter": encounter, "form": form,
        "line": next(x for s in gate_view.sections([item]) for x in (*s.open, *s.clear)),
        "alone": isinstance(form, ReasonForm),
    }  # fmt: skip
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "staff/gate/decide.html", context, status=status)


def _decision_form(request: PageRequest, item: gate.Item) -> forms.Form:
    if item.wants_doctor and allowed(request.actor, gate.ACT):
        return ReasonForm(request.POST or None)
    return OverrideForm(request.POST or None, colleagues=colleagues(request.actor))


def _decided(
    request: PageRequest, encounter: uuid.UUID, item: gate.Item, form: forms.Form
) -> bool:
    data = form.cleaned_data
    act: dict[str, Any] = {
        "actor": request.actor, "uid": act_of(request), "at": request.at, "encounter": encounter,
        "rule": item.finding.rule, "reason": data["reason"],
    }  # fmt: skip
    try:
        if isinstance(form, ReasonForm):
            gate.acknowledge(**act)
        else:
            beside = second_of(request, person=data["second"], password=data["password"])
            gate.override(second=beside, **act)
    except BadValue as error:
        form_errors(form, error)
    except PathwayError as error:
        form.add_error(None, say(error.message))
    return form.is_valid()


@page("infusion.run", opens="infusion start")
@require_POST
def start(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will start the infusion at the rate that two people checked."""
    bag = bags.newest(clinic=request.actor.clinic, encounter=encounter)
    visit = visits.one(clinic=request.actor.clinic, encounter=encounter)
    kind = "restarted" if visit is not None and visit.state == "stopped" else "started"
    rate = None if bag is None else int(bag.recipe.steps[0].rate_mg_per_h * 1000)
    infusion.act(
        actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter,
        happened=Happened(kind=kind, rate_ug_per_h=rate or 0),
    )  # fmt: skip
    messages.success(request, _("The infusion runs."))
    return redirect("infusion", encounter=encounter)


urlpatterns = [
    path("patients/<uuid:patient>/prepare", prepare, name="infusion_prepare"),
    path("infusion/<uuid:encounter>/prepare", ready, name="gate"),
    path("infusion/<uuid:encounter>/prepare/tell/<slug:key>", tell, name="gate_tell"),
    path("infusion/<uuid:encounter>/prepare/decide/<slug:rule>", decide, name="gate_decide"),
    path("infusion/<uuid:encounter>/start", start, name="gate_start"),
]
