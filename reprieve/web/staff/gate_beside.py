"""Standing beside a decision at the start gate from elsewhere: asked by name, then agreed to."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import gate, gate_beside
from reprieve.pathway.errors import NotFound, PathwayError
from reprieve.records.queries import gate_visits as visits
from reprieve.web import gate_view, patient_page, reauth
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.gate_forms import AskForm
from reprieve.web.second import colleagues
from reprieve.web.words import bad_value, form_errors, say

UNPROCESSABLE = 422


@page("infusion.ask_beside", opens="gate question")
def ask(request: PageRequest, encounter: uuid.UUID, rule: str) -> HttpResponseBase:
    """This function will ask a colleague who is elsewhere to stand beside a decision."""
    visit = visits.one(clinic=request.actor.clinic, encounter=encounter)
    items = (
        gate.items(clinic=request.actor.clinic, encounter=encounter, at=request.at)
        if visit else ()
    )  # fmt: skip
    item = next((i for i in items if i.finding.rule == rule), None)
    if visit is None or item is None:
        raise NotFound(N_("There is no such rule at this gate."))
    header = patient_page.opened(request, visit.patient)
    form = AskForm(request.POST or None, colleagues=colleagues(request.actor))
    if form.is_bound and form.is_valid() and _asked(request, encounter, rule, form):
        messages.success(request, _("Asked. The start waits until they have agreed."))
        return redirect(f"{reverse('gate', args=[encounter])}#items")
    shown = {
        **patient_page.context(request, header), "encounter": encounter, "form": form,
        "line": gate_view.line(item),
    }  # fmt: skip
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "staff/gate/ask_beside.html", shown, status=status)


def _asked(
    request: PageRequest, encounter: uuid.UUID, rule: str, form: forms.Form
) -> bool:
    data = form.cleaned_data
    try:
        gate_beside.ask(
            actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter,
            rule=rule, reason=data["reason"], second=uuid.UUID(data["second"]),
        )  # fmt: skip
    except BadValue as error:
        form_errors(form, error)
    except PathwayError as error:
        form.add_error(None, say(error.message))
    return form.is_valid()


@page("infusion.beside", opens="gate question")
def answer(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will show what waits for a second person at a visit."""
    visit = visits.one(clinic=request.actor.clinic, encounter=encounter)
    if visit is None:
        raise NotFound(N_("There is no such infusion."))
    header = patient_page.opened(request, visit.patient)
    found = gate_beside.waiting(clinic=request.actor.clinic, encounter=encounter, at=request.at)
    shown = {
        **patient_page.context(request, header), "encounter": encounter,
        "waiting": [
            (one.asked, gate_view.line(one.item), one.asked.by == request.actor.practitioner)
            for one in found
        ],
    }  # fmt: skip
    return render(request, "staff/gate/beside.html", shown)


@page("infusion.beside", opens="gate question")
@require_POST
def agree(request: PageRequest, encounter: uuid.UUID, decision: uuid.UUID) -> HttpResponseBase:
    """This function will let a finding pass, by the second person's own password."""
    if visits.one(clinic=request.actor.clinic, encounter=encounter) is None:
        raise NotFound(N_("There is no such infusion."))
    password = request.POST.get("password", "")
    back = redirect("gate_beside", encounter)
    try:
        reauth.confirm(request, password)
        gate_beside.agree(
            actor=request.actor, uid=act_of(request), at=request.at, decision=decision,
            password=password,
        )  # fmt: skip
    except BadValue as error:
        messages.error(request, bad_value(error))
    except PathwayError as error:
        messages.error(request, say(error.message))
    else:
        messages.success(request, _("You stand beside this decision. It is on the record."))
    return back


urlpatterns = [
    path("infusion/<uuid:encounter>/prepare/ask/<slug:rule>", ask, name="gate_ask"),
    path("infusion/<uuid:encounter>/prepare/beside", answer, name="gate_beside"),
    path("infusion/<uuid:encounter>/prepare/beside/<uuid:decision>", agree, name="gate_agree"),
]
