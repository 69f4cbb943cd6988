"""Liver tests, typed as the laboratory's sheet prints them; the multiples are worked out."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical.lab_sheet import LiverTest, liver_tests, sheet
from reprieve.knowledge import BadValue
from reprieve.pathway import evaluation
from reprieve.records.queries import observations
from reprieve.records.queries.observations import ObservationView
from reprieve.web import patient_page
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.days import DayField, day_of
from reprieve.web.words import form_errors

UNIT_WORDS = {"umol/L": "µmol/L"}


def _form() -> type[forms.Form]:
    fields: dict[str, forms.Field] = {}
    for name, test in liver_tests().items():
        fields[name] = forms.DecimalField(label=_(test.label), required=False, max_digits=8)
        fields[f"{name}_limit"] = forms.DecimalField(
            label=_("{test}: upper limit on the sheet").format(test=_(test.label)),
            required=False, max_digits=8,
        )  # fmt: skip
        if len(test.units) > 1:
            fields[f"{name}_unit"] = forms.ChoiceField(
                label=_("{test}: unit").format(test=_(test.label)), required=False,
                choices=[(unit, UNIT_WORDS.get(unit, unit)) for unit in test.units],
                widget=forms.RadioSelect, initial=next(iter(test.units)),
            )  # fmt: skip
    fields["baseline"] = forms.BooleanField(
        label=_lazy("All five are from before the series"), required=False
    )
    fields["on"] = DayField(label=_lazy("Day of the sample, when it is not today"), required=False)
    return type("LiverForm", (forms.Form,), dict(fields))


@page("evaluation.open", opens="liver tests")
def liver(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will take in liver tests with the laboratory's own upper limits."""
    header = patient_page.opened(request, patient)
    form = _form()(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            evaluation.record_liver(
                actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
                read=_read(form.cleaned_data), baseline=form.cleaned_data["baseline"],
                measured_at=day_of(form.cleaned_data["on"], now=request.at),
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Liver tests saved."))
            return redirect("evaluation", patient)
    newest = observations.newest(clinic=request.actor.clinic, patient=patient)
    shown = {
        **patient_page.context(request, header), "form": form,
        "rows": [(form[name], form[f"{name}_limit"], *_unit(form, test))
                 for name, test in liver_tests().items()],
        "source": sheet().data["source"], "confirmed": sheet().data["verified"],
        "known": [line for test in liver_tests().values() if (line := _line(test, newest))],
    }  # fmt: skip
    return render(
        request, "staff/evaluation/liver.html", shown, status=422 if form.is_bound else 200
    )


def _unit(form: forms.Form, test: LiverTest) -> tuple[str, Any]:
    """The unit that is printed beside the fields, or the field in which it is chosen."""
    if len(test.units) == 1:
        return next(iter(test.units)), None
    return "", form[f"{test.name}_unit"]


def _read(given: Mapping[str, Any]) -> dict[str, evaluation.Reading]:
    """What was typed; a test with both fields empty was not."""
    return {
        name: evaluation.Reading(
            result=given[name], limit=given[f"{name}_limit"],
            unit=given.get(f"{name}_unit") or next(iter(test.units)),
        )
        for name, test in liver_tests().items()
        if given[name] is not None or given[f"{name}_limit"] is not None
    }  # fmt: skip


def _line(test: LiverTest, newest: Mapping[str, ObservationView]) -> dict[str, Any] | None:
    """The newest multiple, with what was typed for it where it came from a sheet."""
    found, result, limit = (
        newest.get(code) for code in (test.fact, f"lab/{test.name}", f"lab/{test.name}_limit")
    )
    if found is None or found.value is None:
        return None
    line: dict[str, Any] = {"label": _(test.label), "times": found}
    if result and limit and found.set_id == result.set_id == limit.set_id:
        unit = UNIT_WORDS.get(result.unit, result.unit)
        line |= {"result": result.value, "limit": limit.value, "unit": unit}
    return line


urlpatterns = [
    path("patients/<uuid:patient>/evaluation/liver", liver, name="evaluation_liver"),
]
