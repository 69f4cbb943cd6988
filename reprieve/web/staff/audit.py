"""The auditor's page: who wrote what, and who looked at whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _lazy

from reprieve.pathway.permissions import AUDITOR
from reprieve.records.queries import audits
from reprieve.web.access import PageRequest, page
from reprieve.web.collect import NavItem


class WhichForm(forms.Form):
    """Which lines: older than the last one shown, of one patient by the clinic's number."""

    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    patient = forms.IntegerField(
        label=_lazy("Patient number"), required=False, min_value=1, max_value=999_999
    )


@page("audit.open", opens="audit: writes")
def writes(request: PageRequest) -> HttpResponse:
    """This function will list what was written, the newest first."""
    asked = _asked(request)
    lines = audits.writes(clinic=request.actor.clinic, before=asked["before"])
    return render(request, "staff/audit/writes.html", {"lines": lines, **_older(lines)})


@page("audit.open", opens="audit: readings")
def reads(request: PageRequest) -> HttpResponse:
    """This function will list what was opened, of everybody or of one patient."""
    form = WhichForm(request.GET)
    asked = _asked(request)
    lines = audits.reads(
        clinic=request.actor.clinic, before=asked["before"], number=asked["patient"]
    )
    context = {"lines": lines, "form": form, "number": asked["patient"], **_older(lines)}
    return render(request, "staff/audit/reads.html", context)


def _asked(request: PageRequest) -> dict[str, Any]:
    form = WhichForm(request.GET)
    form.is_valid()
    return {name: form.cleaned_data.get(name) for name in form.base_fields}


def _older(lines: list[audits.Line]) -> dict[str, int | None]:
    return {"older": lines[-1].id if len(lines) == audits.PAGE else None}


urlpatterns = [
    path("audit", writes, name="audit"),
    path("audit/readings", reads, name="audit_reads"),
]
NAV = [
    NavItem(
        label=_lazy("Audit"), url_name="audit", permission="audit.open", order=96, icon="shield",
        home_of=frozenset({AUDITOR}),
    )
]  # fmt: skip
