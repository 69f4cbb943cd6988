"""Questionnaires entered by staff: from paper, on the telephone, or read aloud in the clinic."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from reprieve.clinical.instruments import instrument
from reprieve.knowledge import BadValue
from reprieve.pathway import questionnaires
from reprieve.web import answers_so_far, crisis, patient_page, questionnaire
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of

DRAFT_HOURS = 7 * 24
DRAFT_LASTS = timedelta(hours=DRAFT_HOURS)
MODES = (
    ("clinic", _lazy("Asked in the clinic")),
    ("call", _lazy("Asked on the telephone")),
    ("paper", _lazy("Copied from paper")),
)


class ModeForm(forms.Form):
    """How the person answered: results differ by place."""

    mode = forms.ChoiceField(
        label=_lazy("How it was answered"), choices=MODES, widget=forms.RadioSelect,
        initial="clinic",
    )  # fmt: skip


@page("evaluation.open", opens="questionnaire")
def fill(request: PageRequest, patient: uuid.UUID, name: str) -> HttpResponseBase:
    """This function will show a questionnaire and take its answers in."""
    header = patient_page.opened(request, patient)
    make = questionnaire.form_class(name)
    mode = ModeForm(request.POST or None)
    form = (
        make(request.POST)
        if request.method == "POST"
        else make(initial=_draft(request, patient, name))
    )
    if request.method == "POST" and form.is_valid() and mode.is_valid():
        try:
            done = _save(request, patient, name, questionnaire.answers(form), mode)
        except BadValue as error:
            questionnaire.refused(form, error)
        else:
            return _after(request, patient, name, done)
    shown = {
        **patient_page.context(request, header), "form": form, "mode": mode,
        "title": _(instrument(name).title), "purpose": _(instrument(name).purpose),
        "recall": _(instrument(name).recall), "name": name,
        "crisis": crisis.text(clinic=request.actor.clinic, at=request.at, language=header.language),
        "unread": crisis.unread(), "unverified": [_(part) for part in instrument(name).unverified],
        "scores_alone": instrument(name).store == "score", "hours": DRAFT_HOURS,
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "staff/evaluation/form.html", shown, status=status)


def _draft(request: PageRequest, patient: uuid.UUID, name: str) -> dict[str, Any]:
    return answers_so_far.known(
        clinic=request.actor.clinic, patient=patient, name=name, since=request.at - DRAFT_LASTS
    )


def _save(
    request: PageRequest, patient: uuid.UUID, name: str, answers: dict[str, Any], mode: ModeForm
) -> dict[str, Any]:
    return questionnaires.save(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient, instrument=name,
        answers=answers, complete=True, mode=mode.cleaned_data["mode"],
        words=questionnaire.words_of(request.POST),
    )  # fmt: skip


def _after(
    request: PageRequest, patient: uuid.UUID, name: str, done: dict[str, Any]
) -> HttpResponseBase:
    if done["alert"]:
        messages.warning(request, _("Thoughts of death were reported. The path below is open now."))
        return redirect("risk", patient)
    messages.success(request, _("Saved: {form}.").format(form=_(instrument(name).title)))
    return redirect("evaluation", patient)


@page("evaluation.open", opens="questionnaire")
@require_POST
def draft(request: PageRequest, patient: uuid.UUID, name: str) -> HttpResponse:
    """This function will save answers as they are given; an alert is heard at once."""
    answers = questionnaire.kept_answers(questionnaire.form_class(name), request.POST)
    mode = request.POST.get("mode", "clinic")
    done = questionnaires.save(
        actor=request.actor, uid=uuid.uuid4(), at=request.at, patient=patient, instrument=name,
        answers=answers, complete=False, mode=mode, words=questionnaire.words_of(request.POST),
    )  # fmt: skip
    return JsonResponse({"alert": done["alert"]})


urlpatterns = [
    path("patients/<uuid:patient>/evaluation/form/<str:name>", fill, name="evaluation_form"),
    path("patients/<uuid:patient>/evaluation/form/<str:name>/draft", draft,
         name="evaluation_form_draft"),
]  # fmt: skip
