"""The suicide-risk path on one page: what was said, who answers by when, and what comes next."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from reprieve.clinical.instruments import instrument
from reprieve.knowledge import BadValue
from reprieve.pathway import risk
from reprieve.records.queries import diary, people, questionnaires, worklist
from reprieve.records.queries import risk as queries
from reprieve.web import crisis, patient_page
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of

PHQ_9, SCREENER = "phq-9", queries.SCREENER
RECENT = 8


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer that bears on the risk. `words` are the patient's own, or a clinician's reason."""

    title: str
    said: str
    at: datetime
    words: str = ""
    complete: bool = True


def _answers(clinic: uuid.UUID, patient: uuid.UUID) -> list[Line]:
    """Whatever can open the path, the newest first: forms, drafts too, what was said, low moods."""
    found = [*_forms(clinic, patient), *_spoken(clinic, patient), *_diary(clinic, patient)]
    found.sort(key=lambda line: line.at, reverse=True)
    return found[:RECENT]


def _forms(clinic: uuid.UUID, patient: uuid.UUID) -> list[Line]:
    """A form is saved at each change: of drafts that say the same, the newest of the day stands."""
    found: dict[tuple[str, str, date, bool], Line] = {}
    for name, title in ((PHQ_9, _("PHQ-9, question 9")), (SCREENER, _("C-SSRS screener"))):
        for view in questionnaires.history(clinic=clinic, patient=patient, instrument=name):
            said = _ninth(view.answers.get("q9")) if name == PHQ_9 else view.band
            if said is not None and not view.corrected:
                key = (name, said, localdate(view.measured_at), view.complete)
                found[key] = Line(
                    title=title, said=_(said), at=view.measured_at, complete=view.complete
                )
    return list(found.values())


def _ninth(value: Any) -> str | None:
    """The answer as the patient read it."""
    item = instrument(PHQ_9).item("q9")
    options = item.options if item else ()
    return next((option.label for option in options if option.value == value), None)


def _spoken(clinic: uuid.UUID, patient: uuid.UUID) -> list[Line]:
    titles = {
        queries.STATEMENT: _("Spoke of death or of ending their life"),
        queries.CLEARED: _("Cleared for now by a clinician"),
        queries.MOOD: _("Mood, asked on the telephone"),
    }
    return [
        Line(title=titles[one.code], said=_mood(one.value) if one.code == queries.MOOD else "",
             at=one.at, words="" if one.code == queries.MOOD else one.words)
        for one in queries.heard(clinic=clinic, patient=patient)
    ]  # fmt: skip


def _diary(clinic: uuid.UUID, patient: uuid.UUID) -> list[Line]:
    """The newest mood at home, low or not: it may be what opened the alert."""
    days = diary.entries(clinic=clinic, patient=patient)
    told = [day for day in days if day.mood is not None]
    return [
        Line(title=_("Mood in the diary"), said=_mood(day.mood), at=day.at) for day in told[-1:]
    ]


def _mood(value: Any) -> str:
    return _("{n} of 10, 0 is the worst").format(n=value)


urlpatterns = [
    path("patients/<uuid:patient>/risk", overview, name="risk"),
    path("patients/<uuid:patient>/risk/acknowledge", acknowledge, name="risk_acknowledge"),
    path("patients/<uuid:patient>/risk/clear", clear, name="risk_clear"),
    path("patients/<uuid:patient>/risk/report", report, name="risk_report"),
]
