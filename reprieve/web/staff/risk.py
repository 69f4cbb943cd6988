"""The suicide-risk path on one page: what was said, who answers by when, and what comes next."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from reprieve.knowledge import BadValue
from reprieve.pathway import risk
from reprieve.records.queries import people, questionnaires, worklist
from reprieve.records.queries import risk as queries
from reprieve.web import crisis, patient_page
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of

FORMS = ("phq-9", queries.SCREENER)
RECENT = 5


class ReasonForm(forms.Form):
    """Why a clinician clears the risk for now, or what a patient said."""

    reason = forms.CharField(
        label=_lazy("What was agreed with the patient, and why the risk is cleared for now"),
        max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class StatementForm(forms.Form):
    """What a patient said about death or about ending their life."""

    text = forms.CharField(
        label=_lazy("What the patient said, in their own words"), max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


@page("risk.open", opens="suicide risk")
def overview(request: PageRequest, patient: uuid.UUID) -> HttpResponse:
    """This function will show where the patient stands on the path and the one next step."""
    return _shown(request, patient, ReasonForm(), StatementForm())


@page("risk.open", opens="suicide risk")
@require_POST
def acknowledge(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will note that the clinician has taken the alert on."""
    risk.acknowledge(actor=request.actor, uid=act_of(request), at=request.at, patient=patient)
    messages.success(request, _("You have taken this on. Speak with the patient now."))
    return redirect("risk", patient)


@page("risk.open", opens="suicide risk")
@require_POST
def clear(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will clear the risk for now, with the clinician's reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _shown(request, patient, form, StatementForm(), status=422)
    risk.clear(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
        reason=form.cleaned_data["reason"],
    )  # fmt: skip
    messages.success(request, _("Cleared for now. A new answer opens the path again."))
    return redirect("risk", patient)


@page("risk.open", opens="suicide risk")
@require_POST
def report(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will open the path because of what a patient said."""
    form = StatementForm(request.POST)
    if not form.is_valid():
        return _shown(request, patient, ReasonForm(), form, status=422)
    try:
        risk.report(
            actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
            text=form.cleaned_data["text"],
        )  # fmt: skip
    except BadValue as error:
        form.add_error("text", _(error.reason))
        return _shown(request, patient, ReasonForm(), form, status=422)
    messages.success(request, _("The clinician on call is told now."))
    return redirect("risk", patient)


def _shown(
    request: PageRequest,
    patient: uuid.UUID,
    reason: ReasonForm,
    statement: StatementForm,
    *,
    status: int = 200,
) -> HttpResponse:
    header = patient_page.opened(request, patient)
    clinic = request.actor.clinic
    waiting = worklist.waiting(clinic=clinic, patient=patient)
    item = next((one for one in waiting if one.kind == queries.KIND), None)
    owner = people.member(clinic=clinic, practitioner=item.owner) if item and item.owner else None
    shown = {
        **patient_page.context(request, header),
        "view": queries.view(clinic=clinic, patient=patient),
        "item": item,
        "owner": owner,
        "late": item is not None and item.due_at <= request.at,
        "answers": _answers(clinic, patient),
        "reason": reason,
        "statement": statement,
        "crisis": crisis.text(clinic=clinic, at=request.at, language=header.language),
    }
    return render(request, "staff/risk/overview.html", shown, status=status)


def _answers(
    clinic: uuid.UUID, patient: uuid.UUID
) -> list[tuple[questionnaires.ResponseView, str, str]]:
    """The last forms with what they say about thoughts of death, drafts too."""
    found = []
    for name in FORMS:
        for view in questionnaires.history(clinic=clinic, patient=patient, instrument=name):
            said = view.answers.get("q9") if name == "phq-9" else view.band
            if said is not None and not view.corrected:
                title = _("PHQ-9, question 9") if name == "phq-9" else _("C-SSRS screener")
                found.append((view, title, str(said)))
    found.sort(key=lambda one: one[0].measured_at, reverse=True)
    return found[:RECENT]


urlpatterns = [
    path("patients/<uuid:patient>/risk", overview, name="risk"),
    path("patients/<uuid:patient>/risk/acknowledge", acknowledge, name="risk_acknowledge"),
    path("patients/<uuid:patient>/risk/clear", clear, name="risk_clear"),
    path("patients/<uuid:patient>/risk/report", report, name="risk_report"),
]
