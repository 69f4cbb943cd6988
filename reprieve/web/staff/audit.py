"""The auditor's pages: who wrote what and looked at whom; by person, act, patient and day."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _lazy

from reprieve.pathway import auditing
from reprieve.pathway.permissions import AUDITOR
from reprieve.records.queries import audits, clinics, people
from reprieve.records.queries.audits import Line, Wanted
from reprieve.web import audit_words
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.collect import NavItem

FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("at", "who", "what", "outcome", "about", "record", "patients", "detail")
DAYS = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1)))
ASKED = ("who", "what", "about", "outcome", "since", "until", "patient")


class WhichForm(forms.Form):
    """Which lines: older than the last one shown, of whom, of what, of whose, of which days."""

    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    who = forms.ChoiceField(label=_lazy("Who"), required=False, choices=[])
    what = forms.CharField(label=_lazy("What, or part of it"), required=False, max_length=60)
    about = forms.ChoiceField(label=_lazy("Kind of record"), required=False, choices=[])
    outcome = forms.ChoiceField(
        label=_lazy("Outcome"), required=False,
        choices=[("", _lazy("every one")), *audit_words.OUTCOMES.items()],
    )  # fmt: skip
    patient = forms.IntegerField(
        label=_lazy("Patient number"), required=False, min_value=1, max_value=999_999
    )
    since = forms.DateField(
        label=_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        validators=DAYS,
    )  # fmt: skip
    until = forms.DateField(
        label=_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        validators=DAYS,
    )  # fmt: skip

    def __init__(self, data: Any, *, request: PageRequest) -> None:
        super().__init__(data)
        staff = people.staff(clinic=request.actor.clinic)
        who: Any = self.fields["who"]
        who.choices = [("", _lazy("everybody")), *((str(m.id), m.name) for m in staff)]
        about: Any = self.fields["about"]
        kinds = sorted(audit_words.KINDS.items(), key=lambda one: str(one[1]))
        about.choices = [("", _lazy("every one")), *kinds]

    def wanted(self, request: PageRequest) -> Wanted:
        """What can be understood counts; the form says what cannot."""
        self.is_valid()
        asked = {name: self.cleaned_data.get(name) for name in self.fields}
        zone = ZoneInfo(clinics.clinic(request.actor.clinic).timezone)
        since, until = asked["since"], asked["until"]
        return Wanted(
            before=asked["before"], who=asked["who"] or "", what=asked["what"] or "",
            about=asked["about"] or "", outcome=asked["outcome"] or "", patient=asked["patient"],
            since=datetime.combine(since, time.min, zone) if since else None,
            until=datetime.combine(until + timedelta(days=1), time.min, zone) if until else None,
        )  # fmt: skip


@page("audit.open", opens="audit: writes")
def writes(request: PageRequest) -> HttpResponse:
    """This function will list what was written, the newest first."""
    form = WhichForm(request.GET, request=request)
    lines = audits.writes(clinic=request.actor.clinic, wanted=form.wanted(request))
    shown = _shown(form, lines) | {"rows": audit_words.rows(lines, actor=request.actor)}
    return render(request, "staff/audit/writes.html", shown)


@page("audit.open", opens="audit: readings")
def reads(request: PageRequest) -> HttpResponse:
    """This function will list what was opened, of everybody or of one patient."""
    form = WhichForm(request.GET, request=request)
    lines = audits.reads(clinic=request.actor.clinic, wanted=form.wanted(request))
    return render(request, "staff/audit/reads.html", _shown(form, lines))


@page("audit.open", opens="audit: export")
def export(request: PageRequest, kind: str) -> HttpResponse:
    """This function will give all lines that were asked for as CSV; that it did is on the trail."""
    form = WhichForm(request.POST, request=request)
    wanted = form.wanted(request)
    auditing.exported(actor=request.actor, uid=act_of(request), at=request.at, kind=kind)
    lines = auditing.lines(clinic=request.actor.clinic, kind=kind, wanted=wanted)
    answer = HttpResponse(table(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{kind}.csv"'
    return answer


def table(lines: list[Line]) -> str:
    """This function will write lines as CSV. What a spreadsheet would run gets an apostrophe."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(COLUMNS)
    for line in lines:
        cells = (
            line.who, line.what, audit_words.outcome(line), line.about, line.name or line.subject,
            " ".join(map(str, line.numbers)), "; ".join(audit_words.detail(line.detail)),
        )  # fmt: skip
        safe = [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]
        writer.writerow([line.at.isoformat(), *safe])
    return made.getvalue()


def _shown(form: WhichForm, lines: list[Line]) -> dict[str, Any]:
    asked = {name: form.data[name] for name in ASKED if form.data.get(name)}
    older = lines[-1].id if len(lines) == audits.PAGE else None
    return {
        "form": form, "lines": lines, "asked": asked.items(), "number": asked.get("patient"),
        "older": urlencode({**asked, "before": older}) if older else "",
    }  # fmt: skip


urlpatterns = [
    path("audit", writes, name="audit"),
    path("audit/readings", reads, name="audit_reads"),
    path("audit/export/<str:kind>", export, name="audit_export"),
]
NAV = [
    NavItem(
        label=_lazy("Audit"), url_name="audit", permission="audit.open", order=96, icon="shield",
        home_of=frozenset({AUDITOR}),
    )
]  # fmt: skip
