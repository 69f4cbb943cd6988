"""Which forms patients are asked before the evaluation, before a session and at follow-up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical.instruments import instrument
from reprieve.knowledge import BadValue
from reprieve.pathway import house
from reprieve.records.queries import form_sets
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of

MOMENTS: dict[str, Promise] = {
    form_sets.BASELINE: _lazy("For the evaluation"),
    form_sets.PRE_SESSION: _lazy("Before a session"),
    form_sets.FOLLOW_UP: _lazy("For a follow-up visit"),
}


def _form() -> type[forms.Form]:
    fields = {
        moment: forms.MultipleChoiceField(
            label=str(label), widget=forms.CheckboxSelectMultiple,
            choices=[(name, _(instrument(name).title)) for name in form_sets.possible(moment)],
        )
        for moment, label in MOMENTS.items()
    }  # fmt: skip
    return type("SetsForm", (forms.Form,), dict(fields))


@page("clinic.settings", opens="settings")
def sets(request: PageRequest) -> HttpResponseBase:
    """This function will show the forms of each moment, and keep what is changed."""
    shown: dict[str, Any] = {
        moment: form_sets.chosen(clinic=request.actor.clinic, moment=moment, at=request.at)
        for moment in MOMENTS
    }
    form = _form()(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        chosen = {moment: form.cleaned_data[moment] for moment in MOMENTS}
        try:
            house.describe(
                actor=request.actor, uid=act_of(request), at=request.at,
                facts={form_sets.KEY: chosen},
            )  # fmt: skip
        except BadValue as error:
            form.add_error(None, _(error.reason))
        else:
            messages.success(request, _("The settings are kept."))
            return redirect("settings_sets")
    return render(
        request, "staff/settings/sets.html", {"form": form}, status=422 if form.is_bound else 200
    )


urlpatterns = [path("settings/forms", sets, name="settings_sets")]
