"""The whole record of an infusion on paper, at any moment of the visit and after it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext as _

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import alarm_fold, alarm_policy
from reprieve.pathway.clock import moment as moment_of
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound
from reprieve.records.queries import printed, settings, signatures
from reprieve.web import infusion_screen, patient_page, record_sheet, record_words
from reprieve.web.access import PageRequest, page
from reprieve.web.people import clinic_of
from reprieve.web.print import record as document
from reprieve.web.print.paper import PAPERS, Heading
from reprieve.web.words import born, dated


@page("infusion.open", opens="printed record")
def record_pdf(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will give an infusion's whole record as a PDF, `?paper=a4` or `letter`."""
    clinic = request.actor.clinic
    usual = settings.value(clinic=clinic, key="print.paper", at=request.at, default="letter")
    paper = request.GET.get("paper", str(usual))
    if paper not in PAPERS:
        raise BadValue("paper", N_("is a4 or letter"))
    found = printed.record(clinic=clinic, encounter=encounter)
    if found is None:
        raise NotFound(N_("There is no such infusion."))
    header = patient_page.opened(request, found.chart.patient)
    request.shown.append(str(encounter))
    heading = Heading(
        clinic=clinic_of(request, request.actor).name,
        patient=f"{header.name}, {born(header.birth_date) or '?'}, {header.number}",
        foot=_foot(request),
    )  # fmt: skip
    made = document.pdf(_record(request, found, header.allergies), heading=heading, paper=paper)
    headers = {"Content-Disposition": 'inline; filename="infusion-record.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def _foot(request: PageRequest) -> str:
    return _("Printed {at} by {who}. The bedside monitor stays the primary alarm.").format(
        at=dated(request.at), who=request.actor.name
    )


def _record(
    request: PageRequest, found: printed.Printed, allergies: tuple[str, ...] | None
) -> document.Record:
    clinic, until_ms = request.actor.clinic, ms(request.at)
    encounter = found.chart.encounter
    rules = alarm_policy.in_force(clinic=clinic, encounter=encounter, at=request.at)
    signed = signatures.of_encounter(clinic=clinic, encounter=encounter)
    return document.Record(
        facts=(
            *record_sheet.facts(found, allergies=allergies, until_ms=until_ms),
            *record_sheet.duty(_duty(clinic, found, request.at), since=_began(found)),
        ),
        sheet=record_sheet.sheet(
            found, band=infusion_screen.limits_drawn(rules).get("sbp"), until_ms=until_ms
        ),
        legend=_legend(),
        sections=record_words.sections(found, signed),
    )


def _duty(
    clinic: uuid.UUID, found: printed.Printed, at: datetime
) -> tuple[settings.Chosen, ...]:
    """What the clinic let its alarms do from the start of the drug until the visit was over."""
    chart = found.chart
    over = chart.state not in alarm_fold.WATCHED
    last = max((event["at_ms"] for event in chart.events), default=None)
    until = moment_of(last) if over and last is not None else at
    return settings.during(
        clinic=clinic, key=alarm_policy.DUTY, since=_began(found), until=until
    )


def _began(found: printed.Printed) -> datetime:
    started = found.course.started_ms
    return found.recorded_at if started is None else moment_of(started)


def _legend() -> str:
    return _(
        "Fine line 5 minutes, heavy line 15 minutes. Carets: systolic and diastolic, cross: mean. "
        "Dots: heart rate, with the span of five minutes. Filled and upright: monitor. Hollow, "
        "thick and slanted: typed. Dashed: typed late. Crossed: corrected. Grey band: limits of "
        "the systolic pressure. Numbers of a monitor are the last of five minutes."
    )


urlpatterns = [path("infusion/<uuid:encounter>/record.pdf", record_pdf, name="record_pdf")]
