"""The clinic's forms on the patient's own phone, one after the other, saved as they are filled."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reprieve.clinical.instruments import instrument, instruments
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import links, questionnaires
from reprieve.pathway.errors import NotFound
from reprieve.records.queries import links as queries
from reprieve.web import answers_so_far, crisis, questionnaire
from reprieve.web.access import public
from reprieve.web.acts import act_of
from reprieve.web.offline import service_worker
from reprieve.web.portal.access import LinkRequest, link

FORMS = (*links.SETS, *links.WEEKS, *instruments())


@link(*FORMS, permission="questionnaire.answer", opens="form")
def fill(request: LinkRequest) -> HttpResponseBase:
    """This function will show the next form of the link, or thank when all are done."""
    wanted, left = _left(request)
    name = request.POST.get("form", "")
    if name in wanted and name not in left:
        return _late(request, name)
    if not left:
        links.submit(
            actor=request.actor, uid=uuid.uuid4(), at=request.at, link=request.link.id
        )
        return redirect("link_form", request.token)
    if request.method == "POST" and name != left[0]:
        return redirect("link_form", request.token)
    return _form(request, left[0], step=len(wanted) - len(left) + 1, of=len(wanted))


@link(*FORMS, permission="questionnaire.answer", opens="form")
@require_POST
def draft(request: LinkRequest) -> HttpResponse:
    """This function will save the answers so far; an answer about death is heard at once."""
    name = request.POST.get("form", "")
    wanted, left = _left(request)
    if name in wanted and name not in left:
        return JsonResponse({"alert": bool(_changed(request, name))})  # it was finished meanwhile
    if name not in left:
        return JsonResponse({"alert": False})
    done = _save(request, name, _kept(request, name), uid=uuid.uuid4(), complete=False)
    return JsonResponse({"alert": done["alert"]})


def _late(request: LinkRequest, name: str) -> HttpResponseBase:
    """A form that was sent comes again: the same press twice, or another window that says more."""
    alert = _changed(request, name)
    if alert is None:
        return redirect("link_form", request.token)
    go_on = reverse("link_form", args=[request.token]) if _left(request)[1] else ""
    shown = {
        "alert": alert, "next": go_on, "title": _(instrument(name).title), **_crisis(request),
    }  # fmt: skip
    return render(request, "portal/forms/late.html", shown, status=409)


def _changed(request: LinkRequest, name: str) -> bool | None:
    """Keep answers that differ from the form that was sent, beside it; None where none does.

    The answer tells whether they ask for the crisis text.
    """
    answers = _kept(request, name)
    if not answers_so_far.differ(
        clinic=request.actor.clinic, patient=request.link.patient, name=name, answers=answers
    ):
        return None
    return bool(_save(request, name, answers, uid=uuid.uuid4(), complete=False)["alert"])


def _kept(request: LinkRequest, name: str) -> dict[str, Any]:
    return questionnaire.kept_answers(questionnaire.patient_form_class(name), request.POST)


def _left(request: LinkRequest) -> tuple[tuple[str, ...], list[str]]:
    wanted = links.asked(
        clinic=request.actor.clinic, form=request.link.form, made_at=request.link.valid_from
    )
    done = queries.finished(clinic=request.actor.clinic, link=request.link.id)
    return wanted, [name for name in wanted if name not in done]


def _form(request: LinkRequest, name: str, *, step: int, of: int) -> HttpResponseBase:
    make = questionnaire.patient_form_class(name)
    is_empty = "empty" in request.GET  # for the phone to keep: questions without an answer
    form = make(request.POST or None, initial={} if is_empty else _draft(request, name))
    if request.method == "POST" and form.is_valid():
        try:
            answers = questionnaire.answers(form)
            done = _save(request, name, answers, uid=act_of(request), complete=True)
        except BadValue as error:
            questionnaire.refused(form, error)
        else:
            return _next(request, alert=done["alert"])
    shown = {
        "form": form, "name": name, "token": request.token, "title": _(instrument(name).title),
        "recall": _(instrument(name).recall), "step": step, "of": of, "is_empty": is_empty,
        **_crisis(request),
    }  # fmt: skip
    return render(request, "portal/forms/fill.html", shown, status=422 if form.is_bound else 200)


def _next(request: LinkRequest, *, alert: bool) -> HttpResponseBase:
    _wanted, left = _left(request)
    if not left:
        links.submit(
            actor=request.actor, uid=act_of_link(request), at=request.at, link=request.link.id
        )
    if alert:
        shown = {"token": request.token, "is_done": not left, **_crisis(request)}
        return render(request, "portal/forms/crisis.html", shown)
    return redirect("link_form", request.token)


def act_of_link(request: LinkRequest) -> uuid.UUID:
    """This function will name the submission of a link after the press that finished it."""
    return uuid.uuid5(act_of(request), "submission")


def _save(
    request: LinkRequest, name: str, answers: dict[str, Any], *, uid: uuid.UUID, complete: bool
) -> dict[str, Any]:
    if name not in FORMS:
        raise NotFound(N_("There is no such form."))
    return questionnaires.save(
        actor=request.actor, uid=uid, at=request.at, patient=request.link.patient,
        instrument=name, answers=answers, complete=complete, mode="home", link=request.link.id,
        words=questionnaire.words_of(request.POST),
    )  # fmt: skip


def _draft(request: LinkRequest, name: str) -> dict[str, Any]:
    return answers_so_far.draft(
        clinic=request.actor.clinic, patient=request.link.patient, name=name,
        since=request.link.valid_from,
    )  # fmt: skip


def _crisis(request: LinkRequest) -> dict[str, str]:
    language = get_language() or "en"
    said = crisis.text(clinic=request.actor.clinic, at=request.at, language=language)
    return {"crisis": said, "unread": crisis.unread()}


@public(why="a script that keeps the empty form for a reload without a connection")
def worker(request: HttpRequest) -> HttpResponse:
    """This function will give the service worker of the forms, which may rule `/f/` alone."""
    return service_worker(script="reprieve/js/form-worker.js", scope="/f/")


urlpatterns = [
    path("form-worker.js", worker, name="form_worker"),
    path("f/<str:token>", fill, name="link_form"),
    path("f/<str:token>/draft", draft, name="link_form_draft"),
]
