"""Who is called: about an alarm that nobody answers, and when a life may be at risk."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from reprieve.knowledge import BadValue
from reprieve.pathway import alarm_policy, approval, risk_call, who_is_called
from reprieve.pathway.approval import Approval
from reprieve.pathway.permissions import CLINICIANS, allowed
from reprieve.pathway.who_is_called import DEADLINES, WORDS, Step
from reprieve.records.queries import people, settings
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.approve import ApproveForm, approved
from reprieve.web.call_forms import DEADLINE_WORDS, DeadlinesForm, OnCallForm, StepsForm
from reprieve.web.limit_view import Past
from reprieve.web.words import bad_value, quantity

UNPROCESSABLE = 422
STEPS = [alarm_policy.ESCALATION]


@page("clinic.settings", opens="settings")
def calls(request: PageRequest) -> HttpResponse:
    """This function will show the steps, the people on call and the deadlines in force."""
    clinic, at = request.actor.clinic, request.at
    chosen = settings.newest(clinic=clinic, key=alarm_policy.ESCALATION, at=at)
    minutes = _minutes(request)
    context = {
        "steps": _steps_shown(who_is_called.steps(clinic=clinic, at=at)),
        "usual": _steps_shown(who_is_called.default_steps()),
        "own": bool(chosen and chosen.value), "newest": chosen,
        "silent": alarm_policy.is_record_only(clinic=clinic, at=at),
        "on_call": risk_call.on_call(clinic=clinic, at=at), "named": bool(_named(request)),
        "deadlines": [
            (DEADLINE_WORDS[key], quantity(minutes[key], "min"), quantity(usual, "min"))
            for key, (usual, _longest) in DEADLINES.items()
        ],
        "may_change": allowed(request.actor, approval.ACT), "history": _history(request),
    }  # fmt: skip
    return render(request, "staff/settings/calls.html", context)


@page("clinic.settings", opens="settings")
def steps(request: PageRequest) -> HttpResponseBase:
    """This function will set the steps of unanswered alarms, or put them back."""
    now = who_is_called.steps(clinic=request.actor.clinic, at=request.at)
    form = StepsForm(request.POST or None, steps=now, initial={"seen": _seen(request, STEPS)})

    def act(asked: Approval) -> None:
        wanted = [] if "default" in request.POST else form.wanted()
        who_is_called.set_steps(asked, wanted=wanted)

    return _approve(request, form, act, "staff/settings/call_steps.html")


@page("clinic.settings", opens="settings")
def deadlines(request: PageRequest) -> HttpResponseBase:
    """This function will set the deadlines of suicide-risk alerts, or put them back."""
    keys = list(DEADLINES)
    form = DeadlinesForm(
        request.POST or None, minutes=_minutes(request), initial={"seen": _seen(request, keys)}
    )

    def act(asked: Approval) -> None:
        usual = {key: usual for key, (usual, _longest) in DEADLINES.items()}
        back = "default" in request.POST
        who_is_called.set_deadlines(asked, minutes=usual if back else form.minutes())

    return _approve(request, form, act, "staff/settings/call_deadlines.html")


@page("clinic.settings", opens="settings")
def on_call(request: PageRequest) -> HttpResponseBase:
    """This function will name who is on call, in the order in which they are called."""
    staff = [m for m in people.staff(clinic=request.actor.clinic) if m.active]
    clinicians = [m for m in staff if m.roles & CLINICIANS]
    form = OnCallForm(request.POST or None, staff=clinicians, now=_named(request))
    if request.method == "POST" and form.is_valid():
        try:
            who_is_called.set_on_call(
                actor=request.actor, uid=act_of(request), at=request.at, called=form.called()
            )
        except BadValue as error:
            form.add_error(None, bad_value(error))
        else:
            messages.success(request, _("Who is on call is kept."))
            return redirect("settings_calls")
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "staff/settings/call_people.html", {"form": form}, status=status)


def _approve(
    request: PageRequest, form: ApproveForm, act: Callable[[Approval], None], template: str
) -> HttpResponseBase:
    if request.method == "POST" and form.is_valid() and approved(request, form, act):
        messages.success(request, _("It is in force."))
        return redirect("settings_calls")
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, template, {"form": form}, status=status)


def _steps_shown(found: tuple[Step, ...]) -> list[tuple[str, str]]:
    last = len(found) - 1
    return [
        (quantity(one.after_s, "s"), _(WORDS[one.role][n == last] or WORDS[one.role][0]))
        for n, one in enumerate(found)
    ]


def _named(request: PageRequest) -> list[uuid.UUID]:
    found = settings.value(
        clinic=request.actor.clinic, key=risk_call.ON_CALL, at=request.at, default=[]
    )
    active = {str(m.id) for m in people.staff(clinic=request.actor.clinic) if m.active}
    return [uuid.UUID(one) for one in found if one in active]


def _minutes(request: PageRequest) -> dict[str, int]:
    chosen = settings.several(clinic=request.actor.clinic, keys=DEADLINES, at=request.at)
    return {key: int(chosen.get(key, usual)) for key, (usual, _longest) in DEADLINES.items()}


def _seen(request: PageRequest, keys: list[str]) -> str:
    return approval.version(clinic=request.actor.clinic, keys=keys, at=request.at)


def _history(request: PageRequest) -> list[Past]:
    """Every change of steps, deadlines and people, the newest first."""
    words: dict[str, Any] = {
        alarm_policy.ESCALATION: _("Steps of alarms"), risk_call.ON_CALL: _("On call"),
        **DEADLINE_WORDS,
    }  # fmt: skip
    names = {str(m.id): m.name for m in people.staff(clinic=request.actor.clinic)}
    found = [
        Past(since=one.since, by=one.by, reason=one.reason,
             changes=(f"{words[key]}: {_said(one.value, names)}",))
        for key in words
        for one in approval.history(clinic=request.actor.clinic, key=key, at=request.at)
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.since, reverse=True)


def _said(value: Any, names: dict[str, str]) -> str:
    if not isinstance(value, list):
        return quantity(value, "min")
    said = [
        f"{quantity(one['after_s'], 's')} {_(one['to'])}"
        if isinstance(one, dict) else names.get(str(one), str(one))
        for one in value
    ]  # fmt: skip
    return ", ".join(said) or _("the default")


urlpatterns = [
    path("settings/calls", calls, name="settings_calls"),
    path("settings/calls/alarms", steps, name="settings_call_steps"),
    path("settings/calls/deadlines", deadlines, name="settings_call_deadlines"),
    path("settings/calls/people", on_call, name="settings_call_people"),
]
