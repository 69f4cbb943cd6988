"""The tablet in the waiting room: one form after the other, saved as it is filled in."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reprieve.clinical.instruments import instrument
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import questionnaires
from reprieve.pathway.permissions import by_link
from reprieve.records.queries import form_sets
from reprieve.web import answers_so_far, crisis, kiosk, patient_page, questionnaire
from reprieve.web.access import PageRequest, live, page
from reprieve.web.acts import act_of

DRAFT_HOURS = 12
DRAFT_LASTS = timedelta(hours=DRAFT_HOURS)


@page("evaluation.record", opens="kiosk")
@require_POST
def start(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will hand the tablet to the patient; staff pages are locked from now on."""
    header = patient_page.opened(request, patient)
    moment = request.POST.get("moment") or form_sets.moment_of(header.state)
    if moment not in form_sets.USUAL:
        raise BadValue("moment", N_("choose one of the list"))
    forms = form_sets.due(
        clinic=request.actor.clinic, patient=patient, moment=moment, at=request.at
    )
    return kiosk.start(
        request, redirect("kiosk"), patient=patient, forms=forms, language=header.language
    )


@live("evaluation.record", opens="kiosk", in_kiosk=True)
def fill(request: PageRequest) -> HttpResponseBase:
    """This function will show the next form, or thank the patient when all are done."""
    now = kiosk.of(request)
    with translation.override(now.language or get_language()):
        return _answered(request, now)


def _answered(request: PageRequest, now: kiosk.Kiosk) -> HttpResponseBase:
    if not now.left and request.method != "POST":
        return kiosk.end(request, render(request, "staff/kiosk/thanks.html"))
    if request.method == "POST" and request.POST.get("form") not in now.left[:1]:
        return _late(request, now)
    return _form(request, now, now.left[0])


def _form(request: PageRequest, now: kiosk.Kiosk, name: str) -> HttpResponseBase:
    make = questionnaire.patient_form_class(name)
    form = make(request.POST or None, initial=_draft(request, now.patient, name))
    if request.method == "POST" and form.is_valid():
        try:
            done = _save(request, now.patient, name, questionnaire.answers(form), complete=True)
        except BadValue as error:
            questionnaire.refused(form, error)
        else:
            kiosk.done(request, form=name)
            return _next(request, alert=done["alert"])
    shown = {
        "form": form, "name": name, "patient_id": now.patient, "title": _(instrument(name).title),
        "recall": _(instrument(name).recall), "step": now.step, "of": len(now.forms),
        "hours": DRAFT_HOURS,
        **_crisis(request),
    }  # fmt: skip
    return render(request, "staff/kiosk/form.html", shown, status=422 if form.is_bound else 200)


def _next(request: PageRequest, *, alert: bool) -> HttpResponseBase:
    if alert:
        return render(request, "staff/kiosk/crisis.html", _crisis(request))
    return redirect("kiosk")


@live("evaluation.record", opens="kiosk", in_kiosk=True)
@require_POST
def draft(request: PageRequest) -> HttpResponse:
    """This function will save the answers so far; an alert is heard at once."""
    now = kiosk.of(request)
    name = request.POST.get("form", "")
    if name not in now.left:
        return JsonResponse({"alert": bool(_changed(request, now, name))})  # finished meanwhile
    done = _save(request, now.patient, name, _kept(request, name), complete=False)
    return JsonResponse({"alert": done["alert"]})


def _late(request: PageRequest, now: kiosk.Kiosk) -> HttpResponseBase:
    """A form that was saved comes again: the same press twice, or the way back and a change."""
    name = request.POST.get("form", "")
    alert = _changed(request, now, name)
    if alert is None:
        return redirect("kiosk")
    shown = {
        "alert": alert, "next": reverse("kiosk"), "title": _(instrument(name).title),
        **_crisis(request),
    }  # fmt: skip
    return render(request, "portal/forms/late.html", shown, status=409)


def _changed(request: PageRequest, now: kiosk.Kiosk, name: str) -> bool | None:
    """Keep answers that differ from the form that was saved, beside it; None where none does."""
    if name not in now.forms:
        return None
    answers = _kept(request, name)
    if not answers_so_far.differ(
        clinic=request.actor.clinic, patient=now.patient, name=name, answers=answers
    ):
        return None
    return bool(_save(request, now.patient, name, answers, complete=False)["alert"])


def _kept(request: PageRequest, name: str) -> dict[str, Any]:
    return questionnaire.kept_answers(questionnaire.patient_form_class(name), request.POST)


def _save(
    request: PageRequest, patient: uuid.UUID, name: str, answers: dict[str, Any], *, complete: bool
) -> dict[str, Any]:
    """The patient answers, not the member of staff whose session the tablet runs in."""
    return questionnaires.save(
        actor=by_link(request.actor.clinic, patient),
        uid=act_of(request) if complete else uuid.uuid4(), at=request.at, patient=patient,
        instrument=name, answers=answers, complete=complete, mode="kiosk",
        words=questionnaire.words_of(request.POST),
    )  # fmt: skip


def _draft(request: PageRequest, patient: uuid.UUID, name: str) -> dict[str, Any]:
    return answers_so_far.draft(
        clinic=request.actor.clinic, patient=patient, name=name, since=request.at - DRAFT_LASTS
    )


def _crisis(request: PageRequest) -> dict[str, str]:
    language = get_language() or "en"
    said = crisis.text(clinic=request.actor.clinic, at=request.at, language=language)
    return {"crisis": said, "unread": crisis.unread()}


urlpatterns = [
    path("patients/<uuid:patient>/kiosk", start, name="kiosk_start"),
    path("kiosk", fill, name="kiosk"),
    path("kiosk/draft", draft, name="kiosk_draft"),
]
