"""The infusion room: one patient's screen, its entries, and the answers to its alarms."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import alarms
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, PathwayError
from reprieve.records.queries import (
    booking,
    consent,
    observations,
    patients,
    plans,
    problems,
)
from reprieve.records.queries import live as live_queries
from reprieve.records.queries import recovery as visits
from reprieve.web import board_view, emergency_view, infusion_live
from reprieve.web.access import PageRequest, live, page
from reprieve.web.acts import act_of
from reprieve.web.chairside import Chairside
from reprieve.web.emergency_words import STEPS
from reprieve.web.infusion_dialogs import dialogs
from reprieve.web.infusion_entries import ENTRIES, Entry, blank, form_for
from reprieve.web.presenters import Badge, strip
from reprieve.web.words import form_errors, say

SILENCE_S = 120
FETCHED = "X-Reprieve-Entry"
# The screen's buttons: on the first row, and behind "More entries".
QUICK = tuple(one for one in ENTRIES.values() if one.states and one.quick)
MORE = tuple(one for one in ENTRIES.values() if one.states and not one.quick)
# Opened from a line of the chart.
ASKED_FOR = tuple(
    ENTRIES[kind] for kind in (
        "correct", "harm_end", "drug_fix", "harm_fix", "rate_fix", "dose_fix", "time_fix",
        "not_given", "not_seen",
    )
)  # fmt: skip


@page("infusion.open", opens="infusion")
def screen(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will show one infusion's live screen."""
    patient = _patient(request, encounter)
    request.shown += [str(patient), str(encounter)]
    state = infusion_live.current(request, encounter)
    header = _strip(request, patient, encounter)
    blanks = [blank(one, request, encounter) for one in (*QUICK, *MORE, *ASKED_FOR)]
    return render(request, "staff/infusion/screen.html", {
        "encounter": encounter,
        "live": state,
        "now_ms": ms(request.at),
        "patient": header,
        "patient_id": patient,
        "quick": QUICK,
        "more": MORE,
        "dialogs": dialogs(blanks, request=request, encounter=encounter, patient=header),
        "terms": infusion_live.harm_terms(),
        "card": emergency_view.card(clinic=request.actor.clinic, at=request.at),
        "steps": list(STEPS.items()),
    })  # fmt: skip


@page("infusion.chart", opens="infusion entry")
def entry(request: PageRequest, encounter: uuid.UUID, kind: str) -> HttpResponse:
    """This function will take one entry: a form by itself, or what the screen's dialog sent."""
    chosen = ENTRIES.get(kind)
    if chosen is None:
        raise NotFound(N_("There is no such entry."))
    patient = _patient(request, encounter)
    request.shown += [str(patient), str(encounter)]
    form = form_for(chosen, request, encounter, request.POST or None)
    if request.method == "POST" and form.is_valid() and _saved(request, encounter, chosen, form):
        if request.headers.get(FETCHED):
            return HttpResponse(status=204)
        messages.success(request, _("Saved."))
        return redirect("infusion", encounter=encounter)
    return _form_again(request, encounter, chosen, form)


def _saved(request: PageRequest, encounter: uuid.UUID, chosen: Entry, form: Any) -> bool:
    """Write the entry; what is refused is said beside its field and nothing is lost."""
    where = Chairside(request=request, encounter=encounter, uid=act_of(request))
    try:
        chosen.save(where, form)
    except BadValue as error:
        form_errors(form, error)
        return False
    except PathwayError as error:
        form.add_error(None, say(error.message))
        return False
    return True


def _form_again(
    request: PageRequest, encounter: uuid.UUID, chosen: Entry, form: Any
) -> HttpResponse:
    fetched = bool(request.headers.get(FETCHED))
    template = "staff/infusion/form.html" if fetched else "staff/infusion/entry.html"
    return render(
        request, template, {"encounter": encounter, "entry": chosen, "form": form},
        status=422 if form.is_bound else 200,
    )  # fmt: skip


@live("infusion.alarm", opens="infusion alarm")
@require_POST
def alarm(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will silence the sound, or acknowledge one alarm; also behind the lock."""
    where = Chairside(request=request, encounter=encounter, uid=act_of(request))
    if request.POST.get("do") == "silence":
        alarms.silence(seconds=SILENCE_S, **where.args)
    else:
        alarms.acknowledge_all(alarms=_named(request.POST.get("alarms", "")), **where.args)
    if request.headers.get(FETCHED):
        return HttpResponse(status=204)
    return redirect("infusion", encounter=encounter)


def _named(text: str) -> list[str]:
    """The ids of alarms as the page had them, a JSON list of words."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadValue("alarms", N_("is not a list of alarms")) from error
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadValue("alarms", N_("is not a list of alarms"))
    return found


@page("infusion.open", opens="infusion table")
def table(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will show the grid as a table: the same values, every five minutes."""
    patient = _patient(request, encounter)
    request.shown += [str(patient), str(encounter)]
    return render(request, "staff/infusion/table.html", {
        "encounter": encounter,
        "patient": _strip(request, patient, encounter),
        "table": infusion_live.table(request, encounter),
    })  # fmt: skip


@page("infusion.open", opens="emergency card")
def emergency(request: PageRequest) -> HttpResponse:
    """This function will show whom the clinic calls, below the alarms of every chair."""
    chairs = board_view.part(request)
    request.shown += chairs.shown
    return render(request, "staff/infusion/emergency.html", {
        "card": emergency_view.card(clinic=request.actor.clinic, at=request.at),
        "live": chairs, "now_ms": ms(request.at),
    })  # fmt: skip


def _patient(request: PageRequest, encounter: uuid.UUID) -> uuid.UUID:
    found = live_queries.patient_of(clinic=request.actor.clinic, encounter=encounter)
    if found is None:
        raise NotFound(N_("There is no such infusion."))
    return found


def _strip(request: PageRequest, patient: uuid.UUID, encounter: uuid.UUID) -> Any:
    header = patients.header(clinic=request.actor.clinic, patient=patient)
    assert header is not None
    today = [*_today(request, patient), *_papers(request, patient, encounter)]
    return strip(header, on=request.at.date(), alerts=today)


def _today(request: PageRequest, patient: uuid.UUID) -> list[Badge]:
    """What the header says: condition, weight, risk class and the line; unknown looks unknown."""
    found = observations.newest(
        clinic=request.actor.clinic, patient=patient,
        codes=["weight_kg", "asa_class", "iv_site", "iv_gauge"],
    )  # fmt: skip
    weight = found.get("weight_kg")
    today = weight is not None and (request.at - weight.measured_at).days < 1
    named = problems.conditions(clinic=request.actor.clinic, patient=patient)
    badges = [
        Badge(kind="off", text=named[0].label) if named and named[0].is_pain_condition
        else Badge(kind="unknown", text=_("pain condition?")),
        Badge(kind="off", text=f"{weight.value:g} kg") if weight and today
        else Badge(kind="unknown", text=_("weight today?"))
    ]  # fmt: skip
    if "asa_class" in found:
        badges.append(Badge(kind="off", text=f"ASA {found['asa_class'].value}"))
    if "iv_site" in found:
        gauge = f" {found['iv_gauge'].value} G" if "iv_gauge" in found else ""
        badges.append(Badge(kind="off", text=f"IV {found['iv_site'].value}{gauge}"))
    return badges


def _papers(request: PageRequest, patient: uuid.UUID, encounter: uuid.UUID) -> list[Badge]:
    """Which session of how many, whether consent counts today, and who takes the patient home."""
    clinic = request.actor.clinic
    now = visits.visit(clinic=clinic, encounter=encounter)
    plan = plans.current(clinic=clinic, patient=patient)
    badges = []
    if now is not None and now.session_no is not None:
        of_all = f" / {plan.sessions}" if plan is not None and plan.id == now.plan else ""
        badges.append(Badge(kind="off", text=f"{_('Session')} {now.session_no}{of_all}"))
    state = consent.current(clinic=clinic, patient=patient, at=request.at).state
    badges.append(
        Badge(kind="ok", text=_("consent valid")) if state == "valid"
        else Badge(kind="stop", text=_("no valid consent"))
    )  # fmt: skip
    visit = now.appointment if now is not None else None
    known = booking.escort(clinic=clinic, appointment=visit) if visit else None
    badges.append(
        Badge(kind="ok", text=_("escort named")) if known
        else Badge(kind="unknown", text=_("escort?"))
    )  # fmt: skip
    return badges


urlpatterns = [
    path("infusion/<uuid:encounter>", screen, name="infusion"),
    path("infusion/<uuid:encounter>/enter/<slug:kind>", entry, name="infusion_entry"),
    path("infusion/<uuid:encounter>/alarm", alarm, name="infusion_alarm"),
    path("infusion/<uuid:encounter>/table", table, name="infusion_table"),
    path("emergency", emergency, name="emergency"),
]
