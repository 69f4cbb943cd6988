"""The diary as the staff sees it: what came from home, and a day told on the phone or on paper."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.knowledge import BadValue
from reprieve.pathway import diary
from reprieve.pathway.diary import Day
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import diary as queries
from reprieve.records.queries import response
from reprieve.web import patient_page, relief_chart
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.days import DayField, MomentField
from reprieve.web.words import form_errors

TEN = [(str(n), str(n)) for n in range(11)]
YES_NO = [("yes", _lazy("Yes")), ("no", _lazy("No"))]
MODES = {"call": _lazy("on the telephone"), "paper": _lazy("from paper"),
         "clinic": _lazy("in the clinic"), "home": _lazy("from home")}  # fmt: skip
MOMENTS = {"day": _lazy("the day"), "evening": _lazy("the evening"),
           "morning": _lazy("the morning")}  # fmt: skip
SHOWN = 30


def _ten(label: Any) -> forms.Field:
    return forms.ChoiceField(
        label=label, choices=TEN, required=False, widget=forms.RadioSelect
    )


def _flag(label: Any) -> forms.Field:
    return forms.ChoiceField(
        label=label, choices=YES_NO, required=False, widget=forms.RadioSelect
    )


class DayForm(forms.Form):
    """One day as the patient tells it."""

    day = DayField(label=_lazy("Day"))
    moment = forms.ChoiceField(label=_lazy("About"), choices=list(MOMENTS.items()))
    mode = forms.ChoiceField(
        label=_lazy("How it was told"), choices=[(m, MODES[m]) for m in ("call", "paper", "clinic")]
    )
    told_at = MomentField(
        label=_lazy("When it was told or written, if not now"), required=False,
        help_text=_lazy("What was told last of a day counts. A sheet of paper without its hour "
                        "counts as written by the end of its day."),
    )  # fmt: skip
    average_pain = _ten(_lazy("Average pain"))
    worst_pain = _ten(_lazy("Worst pain"))
    function = _ten(_lazy("Function: 0 nothing, 10 all of it"))
    mood = _ten(_lazy("Mood: 0 very low, 10 very good"))
    sleep = _ten(_lazy("Sleep: 0 not at all, 10 very well"))
    extra_doses = forms.IntegerField(
        label=_lazy("Extra doses of pain medicine"), min_value=0, max_value=20, required=False
    )
    fall = _flag(_lazy("Fell"))
    bladder = _flag(_lazy("Trouble passing urine, or blood in it"))
    dreams = _flag(_lazy("Vivid or bad dreams"))

    def said(self) -> Day:
        """Give what a valid form holds."""
        data = self.cleaned_data
        scales = {name: int(data[name]) if data[name] else None for name in diary.SCALES}
        extras: dict[str, Any] = {
            n: data[n] == "yes" for n in ("fall", "bladder", "dreams") if data[n]
        }
        if data["sleep"]:
            extras["sleep"] = int(data["sleep"])
        if data["extra_doses"] is not None:
            extras["extra_doses"] = data["extra_doses"]
        return Day(day=data["day"], moment=data["moment"], extras=extras, **scales)


@page("followup.open", opens="diary")
def patient_diary(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will show a patient's diary, and take a day that was told to the staff."""
    header = patient_page.opened(request, patient)
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = diary.save(
                actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
                said=form.said(), mode=form.cleaned_data["mode"],
                told_at=form.cleaned_data["told_at"],
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        else:
            return _saved(request, patient, done)
    clinic = request.actor.clinic
    story = response.story(clinic=clinic, patient=patient, at=request.at)
    entries = queries.entries(clinic=clinic, patient=patient, newest=SHOWN)
    shown = {
        **patient_page.context(request, header), "form": form,
        "may_write": allowed(request.actor, "diary.record"),
        "rows": _rows(clinic, patient, entries),
        "title": relief_chart.title(story.response),
        "chart": relief_chart.data(
            entries=[e for e in story.entries if e.kind == "diary"],
            treatments=story.treatments, today=timezone.localtime(request.at).date(),
        ),
    }  # fmt: skip
    return render(request, "staff/diary/diary.html", shown, status=422 if form.is_bound else 200)


Row = tuple[queries.DiaryDay, Any, Any, bool]


def _rows(
    clinic: uuid.UUID, patient: uuid.UUID, entries: list[queries.DiaryDay]
) -> list[Row]:
    """Each day with its words, the newest first; True marks one that came after newer words."""
    if not entries:
        return []
    beside = queries.beside(clinic=clinic, patient=patient, first=entries[0].day)
    told = [(one, False) for one in entries] + [(one, True) for one in beside]
    told.sort(key=lambda row: (row[0].day, row[0].at), reverse=True)
    return [(one, MOMENTS[one.moment], MODES[one.mode], late) for one, late in told]


def _saved(
    request: PageRequest, patient: uuid.UUID, done: Mapping[str, Any]
) -> HttpResponseBase:
    if not done["counts"]:
        messages.info(request, _(
            "It was told before what stands for this day: it is kept beside it and does not count."
        ))  # fmt: skip
    if done["alert"]:
        messages.error(request, _("Saved. The mood is very low: the suicide-risk path is open."))
        return redirect("risk", patient)
    messages.success(request, _("The day is saved."))
    return redirect("patient_diary", patient)


urlpatterns = [path("diary/<uuid:patient>", patient_diary, name="patient_diary")]
