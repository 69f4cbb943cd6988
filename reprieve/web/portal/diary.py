"""The diary on the patient's own phone: one question a screen, done in 20 seconds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve import knowledge
from reprieve.knowledge import BadValue
from reprieve.pathway import diary, due_forms
from reprieve.pathway.diary import Day
from reprieve.records.queries import links as queries
from reprieve.web import crisis
from reprieve.web.access import public
from reprieve.web.acts import act_of
from reprieve.web.days import DayField
from reprieve.web.offline import service_worker
from reprieve.web.portal.access import LinkRequest, link
from reprieve.web.portal.told import told_at
from reprieve.web.words import day as say_day

NOON = 12
YES_NO = [("yes", _lazy("Yes")), ("no", _lazy("No"))]
FLAGS = ("bladder", "fall", "dreams")
NUMBERS = ("sleep", "extra_doses")


def _scale() -> forms.IntegerField:
    return forms.IntegerField(min_value=0, max_value=10, required=False)


class DiaryForm(forms.Form):
    """One day as the page sends it. What is not answered is left out."""

    day = DayField()
    moment = forms.ChoiceField(choices=[(m, m) for m in diary.MOMENTS])
    average_pain = _scale()
    worst_pain = _scale()
    function = _scale()
    mood = _scale()
    sleep = _scale()
    extra_doses = forms.IntegerField(min_value=0, max_value=20, required=False)
    bladder = forms.ChoiceField(choices=YES_NO, required=False)
    fall = forms.ChoiceField(choices=YES_NO, required=False)
    dreams = forms.ChoiceField(choices=YES_NO, required=False)

    def said(self) -> Day:
        """Give the valid form's day. Raises BadValue naming the question that is not valid."""
        for name, errors in self.errors.items():
            raise BadValue(name, str(errors[0]))
        given = self.cleaned_data
        extras: dict[str, Any] = {n: given[n] for n in NUMBERS if given[n] is not None}
        extras |= {n: given[n] == "yes" for n in FLAGS if given[n]}
        scales = {name: given[name] for name in diary.SCALES}
        return Day(day=given["day"], moment=given["moment"], extras=extras, **scales)


@link("diary", permission="diary.record", opens="diary")
def fill(request: LinkRequest) -> HttpResponseBase:
    """This function will show the day's questions, and save the answers."""
    if request.method == "POST":
        return _save(request)
    return render(request, "portal/diary/fill.html", _page(request, request.at))


@link("diary", permission="diary.record", opens="diary")
def saved(request: LinkRequest) -> HttpResponse:
    """This function will thank the patient; after a very low mood it shows whom to call."""
    shown = {
        "token": request.token, "alert": "alert" in request.GET, "forms": _forms(request),
        **_crisis(request),
    }  # fmt: skip
    return render(request, "portal/diary/saved.html", shown)


def _forms(request: LinkRequest) -> list[str]:
    """Where the forms lead that are due this week."""
    clinic, patient = request.actor.clinic, request.link.patient
    due = due_forms.open_links(clinic=clinic, patient=patient, at=request.at)
    return [queries.token_of(clinic=clinic, link=one) for one in due]


def _save(request: LinkRequest) -> HttpResponseBase:
    done = diary.save(
        actor=request.actor, uid=act_of(request), at=request.at, patient=request.link.patient,
        said=DiaryForm(request.POST).said(), mode=diary.HOME, link=request.link.id,
        told_at=told_at(request.POST.get("told", "")),
    )  # fmt: skip
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"saved": True, "alert": done["alert"]})
    after = "?alert" if done["alert"] else ""
    return redirect(f"{request.path}/saved{after}")


def _page(request: LinkRequest, at: datetime) -> dict[str, Any]:
    here = timezone.localtime(at)
    limits = knowledge.load("reprieve.clinical", "diary").data
    back = int(limits["days"]["patient_back"])
    return {
        "token": request.token,
        "scales": _scales(),
        "days": [_choice(here.date(), n) for n in range(back)],
        "today": here.date().isoformat(),
        "at_ms": str(int(at.timestamp() * 1000)),
        "zone": str(timezone.get_current_timezone()),
        "moment": "morning" if here.hour < NOON else "evening",
        "mood_limit": limits["mood"]["alarm_at_or_below"],
        "yes_no": YES_NO,
        "flags": _flags(),
        **_crisis(request),
    }


def _choice(today: date, back: int) -> tuple[str, str]:
    day = today - timedelta(days=back)
    names = {0: _("Today"), 1: _("Yesterday")}
    return day.isoformat(), names.get(back, say_day(day))


def _scales() -> list[tuple[str, str, str, str]]:
    """Name, question, and what 0 and 10 mean."""
    none, worst = _("no pain"), _("worst pain you can imagine")
    return [
        ("average_pain", _("How strong was your pain on average?"), none, worst),
        ("worst_pain", _("How strong was your pain at its worst?"), none, worst),
        (
            "function", _("How much could you do of what you wanted to do?"),
            _("nothing"), _("all of it"),
        ),
        ("mood", _("How was your mood?"), _("very low"), _("very good")),
    ]  # fmt: skip


def _flags() -> list[tuple[str, str]]:
    return [
        ("fall", _("Did you fall?")),
        ("bladder", _("Trouble passing urine, or blood in it?")),
        ("dreams", _("Vivid or bad dreams?")),
    ]


def _crisis(request: LinkRequest) -> dict[str, str]:
    from django.utils.translation import get_language

    language = get_language() or "en"
    said = crisis.text(clinic=request.actor.clinic, at=request.at, language=language)
    return {"crisis": said, "unread": crisis.unread()}


@public(why="a script that keeps the empty diary page for days without a connection")
def worker(request: HttpRequest) -> HttpResponse:
    """This function will give the service worker of the diary, which may rule `/d/` alone."""
    return service_worker(script="reprieve/js/diary-worker.js", scope="/d/")


urlpatterns = [
    path("d/<str:token>", fill, name="diary"),
    path("d/<str:token>/saved", saved, name="diary_saved"),
    path("diary-worker.js", worker, name="diary_worker"),
]
