"""The clinic's own dialects of its monitors: tried on a pasted message, then used."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reprieve.knowledge import BadValue
from reprieve.pathway import dialects
from reprieve.web import monitor_answer
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.words import form_errors

NEW = """title = ""
systems = []
applications = []
facilities = []
bed = "first"
device = ["OBX-18", "MSH-3.2"]
extends = "mdc"

[[code]]
signal = "heart_rate"
source = "ecg"
codes = []
"""


class DialectForm(forms.Form):
    """One file, and a message to try it on."""

    name = forms.CharField(
        label=_("Name"), max_length=40,
        help_text=_("Small letters, digits and _. A shipped name takes its place."),
    )  # fmt: skip
    toml = forms.CharField(
        label=_("Dialect"), max_length=dialects.LONGEST, strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("Which codes mean what, in TOML."),
    )  # fmt: skip
    message = monitor_answer.field(required=False)


@page("monitor.dialect", opens="monitor dialects")
def overview(request: PageRequest) -> HttpResponse:
    """This function will list the clinic's own dialects and the shipped ones."""
    own = dialects.in_force(clinic=request.actor.clinic, at=request.at)
    return render(request, "staff/settings/dialects.html", {
        "own": sorted(own),
        "shipped": [(name, title, name in own) for name, title in _shipped()],
    })  # fmt: skip


@page("monitor.dialect", opens="monitor dialect")
def one(request: PageRequest, name: str = "") -> HttpResponse:
    """This function will show a dialect, try it on a message, keep it or take it away."""
    own = dialects.in_force(clinic=request.actor.clinic, at=request.at)
    toml = own.get(name) or import_string(f"{settings.MONITOR_DIALECTS}.text_of")(name) or NEW
    form = DialectForm(request.POST or None, initial={"name": name, "toml": toml})
    answer: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("do") == "try":
                answer = _tried(request, own, form.cleaned_data)
            else:
                return _done(request, form.cleaned_data)
        except BadValue as error:
            form_errors(form, error)
    return render(request, "staff/settings/dialect.html", {
        "form": form, "name": name, "is_own": name in own,
        **monitor_answer.context(answer),
    }, status=422 if form.errors else 200)  # fmt: skip


def _tried(
    request: PageRequest, own: dict[str, str], data: dict[str, Any]
) -> dict[str, Any]:
    if not data["message"].strip():
        raise BadValue("message", _now("A message is needed to try it on."))
    files = {**own, data["name"]: data["toml"]}
    return monitor_answer.read(request, data["message"], files=files)


def _done(request: PageRequest, data: dict[str, Any]) -> HttpResponse:
    act: dict[str, Any] = {
        "actor": request.actor, "uid": act_of(request), "at": request.at, "check": _check,
    }  # fmt: skip
    if request.POST.get("do") == "remove":
        dialects.remove(name=data["name"], **act)
        messages.success(request, _now("The dialect is taken away."))
    else:
        dialects.keep(name=data["name"], toml=data["toml"], **act)
        messages.success(request, _now("Monitors are read by it from now on."))
    return redirect("dialects")


def _check(files: dict[str, str]) -> object:
    """The reader of dialects belongs to another room: the settings name it."""
    return import_string(f"{settings.MONITOR_DIALECTS}.together")(files)


def _shipped() -> list[tuple[str, str]]:
    found = import_string(f"{settings.MONITOR_DIALECTS}.shipped")()
    return sorted((dialect.name, dialect.title) for dialect in found)


urlpatterns = [
    path("settings/dialects", overview, name="dialects"),
    path("settings/dialects/new", one, name="dialect_new"),
    path("settings/dialects/<slug:name>", one, name="dialect"),
]
