"""Invented values for the gallery of components."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from reprieve.clinical.findings import Finding, Outcome, Severity
from reprieve.knowledge import BadValue, Message
from reprieve.records.queries.patients import PatientHeader
from reprieve.web.presenters import Badge, alarm_line, finding_card, pathway_line, strip
from reprieve.web.words import ago, form_errors


class Example(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name", help_text="As on the identity card.")
    weight = forms.DecimalField(label="Weight today", required=False)
    born = forms.DateField(label="Born", widget=forms.DateInput(attrs={"type": "date"}))
    source = forms.ChoiceField(
        label="How they came", choices=[("web", "Web"), ("call", "Call"), ("walk_in", "Walk-in")],
        widget=forms.RadioSelect, required=False,
    )  # fmt: skip
    language = forms.ChoiceField(label="Language", choices=[("en", "English"), ("es", "Español")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    interpreter = forms.BooleanField(label="Needs an interpreter", required=False)


def context(*, at: datetime) -> dict[str, Any]:
    """This function will return what the gallery's templates show."""
    form = Example({"name": "", "weight": "820", "born": "1980-02-03", "language": "es"})
    form.is_valid()
    form_errors(form, BadValue("weight", "820 is not between 20 and 300 kg"))
    return {
        "patient": _patient(at.date()),
        "steps": pathway_line("in_series"),
        "findings": [finding_card(f) for f in _findings()],
        "form": form,
        "measured": at - timedelta(minutes=4),
        "measured_age": ago(at - timedelta(minutes=4), now=at),
        "alarms": _alarms(),
        "chart": _chart(),
    }


def _patient(on: date) -> Any:
    header = PatientHeader(
        id=uuid.UUID(int=1), number=1042, name="Alma Quintero", birth_date=date(1979, 11, 4),
        allergies=("Penicillin",), language="es", interpreter=True, state="in_series", episode=None,
    )  # fmt: skip
    return strip(header, on=on, alerts=[Badge(kind="stop", text=_("suicide risk: call first"))])


def _findings() -> tuple[Finding, ...]:
    return (
        _finding(Severity.STOP, Outcome.FINDS, "Blood pressure is too high to start", "sbp"),
        _finding(Severity.STOP, Outcome.UNKNOWN, "Pregnancy test is not known", "pregnancy_test"),
        _finding(Severity.WARN, Outcome.FINDS, "Takes a benzodiazepine", "benzodiazepine"),
        _finding(Severity.STOP, Outcome.CLEAR, "No allergy to ketamine", "ketamine_allergy"),
    )


def _finding(severity: Severity, outcome: Outcome, says: str, fact: str) -> Finding:
    return Finding(
        rule=f"example.{fact}", severity=severity, outcome=outcome, says=Message(id=says),
        because=Message(id="An invented reason, so that the card can be looked at."),
        source="Invented, 2026", saw={fact: None if outcome is Outcome.UNKNOWN else "172"},
        needs=(fact,) if outcome is Outcome.UNKNOWN else (), knowledge_version="0",
    )  # fmt: skip


def _alarms() -> list[Any]:
    return [
        alarm_line(
            priority="high", state="unacknowledged", text="SpO2 84 % (<90)", since="14:02:10",
            technical=False,
        ),
        alarm_line(
            priority="medium", state="acknowledged", text="SBP 172 mmHg (>160)", since="13:58:40",
            technical=False,
        ),
        alarm_line(
            priority="low", state="latched", text="HR 118 (>115)", since="13:40:02",
            technical=False, recovered=_("recovered at 13:44"),
        ),
    ]  # fmt: skip


def _chart() -> dict[str, Any]:
    weeks = list(range(12))
    return {
        "x": {"label": _("week"), "values": weeks},
        "y": {"label": _("pain, 0 to 10"), "min": 0, "max": 10},
        "series": [
            {"label": _("average pain"), "colour": "signal-level", "mark": "circle",
             "values": [8, 8, 7, 4, 3, 3, 3, 4, 5, None, 6, 7]},
            {"label": _("worst pain"), "colour": "signal-bp", "mark": "square", "dash": [6, 4],
             "values": [9, 9, 9, 6, 5, 5, 6, 6, 7, None, 8, 9]},
        ],
    }  # fmt: skip
