"""Recovery: looks at a patient until going home is safe, and how the visit ends."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import override
from django.views.decorators.http import require_POST

from reprieve.clinical.findings import Finding, Outcome, by_weight
from reprieve.knowledge import BadValue
from reprieve.pathway import clock, discharge, harm_end, recovery
from reprieve.pathway.discharge import Leaving
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import advice, booking, harm, patients, schedules, settings
from reprieve.records.queries import recovery as queries
from reprieve.web import crisis, decision_view, patient_page, presenters, reauth, second
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.collect import NavItem
from reprieve.web.infusion_forms import HarmEndForm
from reprieve.web.people import clinic_of
from reprieve.web.print import instructions
from reprieve.web.print.paper import Heading
from reprieve.web.recovery_forms import AdviceForm, DischargeForm, EscortForm, LookForm
from reprieve.web.words import born, clock_time, form_errors, moment, say


@page("recovery.open", opens="recovery list")
def overview(request: PageRequest) -> HttpResponse:
    """This function will list who is in recovery, and which finished records are not signed."""
    clinic = request.actor.clinic
    here, open_records = queries.in_recovery(clinic=clinic), queries.unsigned(clinic=clinic)
    who = patients.many(clinic=clinic, patients=[v.patient for v in [*here, *open_records]])
    request.shown += [str(patient) for patient in who]
    shown = {
        "here": [(v, who[v.patient], _since(v, request)) for v in here],
        "open_records": [(v, who[v.patient]) for v in open_records],
    }
    return render(request, "staff/recovery/list.html", shown)


def _since(visit: queries.Visit, request: PageRequest) -> str:
    """Since when the drug is off, in minutes: the watching times count in minutes."""
    if visit.stopped_ms is None:
        return _("not known")
    stopped = clock.moment(visit.stopped_ms)
    minutes = int((request.at - stopped).total_seconds() // 60)
    return _("{n} min, since {at}").format(n=minutes, at=clock_time(stopped))


@page("infusion.chart", opens="recovery")
@require_POST
def harm_over(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will write that a side effect is over: now, or at the time that was given."""
    form = HarmEndForm(request.POST)
    if not form.is_valid():
        return _shown(request, encounter, over=form)
    data = form.cleaned_data
    try:
        harm_end.end(
            actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter,
            harm=data["harm"], ended=data["at"], outcome=data["outcome"], note=form.said(),
        )  # fmt: skip
    except BadValue as error:
        form_errors(form, error)
        return _shown(request, encounter, over=form)
    messages.success(request, _("Saved."))
    return redirect("recovery", encounter)


def _goes_on(
    request: PageRequest, encounter: uuid.UUID, over: HarmEndForm | None
) -> list[tuple[harm.HarmView, str, HarmEndForm]]:
    """The side effects of which nobody said that they are over, each with its own form."""
    found = harm.of_visit(clinic=request.actor.clinic, encounter=encounter)
    asked = over.data.get("harm") if over else None
    return [
        (view, _(view.term), over if over and asked == str(view.id) else HarmEndForm(
            initial={"harm": view.id}, auto_id=f"over-{n}-%s"
        ))
        for n, view in enumerate(found) if view.ended is None
    ]  # fmt: skip


@page("recovery.open", opens="recovery")
def visit(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will show what still holds a patient here, and take the next look."""
    form = LookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            done = recovery.record(
                actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter,
                seen=form.seen(),
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, BadValue(form.place(error.field), error.reason))
        else:
            _say_saved(request, alert=done["alert"])
            return redirect("recovery", encounter)
    return _shown(request, encounter, form=form)


def _say_saved(request: PageRequest, *, alert: bool) -> None:
    if alert:
        messages.error(request, _("Saved. The suicide-risk path is open: stay with the patient."))
    else:
        messages.success(request, _("Saved."))


def _shown(
    request: PageRequest, encounter: uuid.UUID, *, form: LookForm | None = None,
    words: AdviceForm | None = None, escort: EscortForm | None = None,
    over: HarmEndForm | None = None,
) -> HttpResponse:  # fmt: skip
    clinic = request.actor.clinic
    now = recovery.needed(clinic=clinic, encounter=encounter)
    header = patient_page.opened(request, now.patient)
    found, held = recovery.standing(clinic=clinic, encounter=encounter, at=request.at)
    cards = [(_card(f), f) for f in by_weight(found)]
    call = discharge.call_time(clinic=clinic, at=request.at)
    shown = {
        **patient_page.context(request, header), "visit": now, "since": _since(now, request),
        "due": _next_look(request, now),
        "held": [(card, f.overridable) for card, f in cards if f.rule in held],
        "decided": [card for card, f in cards if f.blocks and f.rule not in held],
        "clear": [card for card, f in cards if not f.blocks],
        "form": form or LookForm(), "words": words or AdviceForm(),
        "escort_form": escort or EscortForm(), "call_at": moment(call.due_at),
        "usual": _usual(clinic, encounter),
        "advice": advice.current(clinic=clinic, encounter=encounter),
        "last_advice": advice.last(clinic=clinic, patient=now.patient),
        "escort": queries.escort_of(clinic=clinic, encounter=encounter),
        "harms": _goes_on(request, encounter, over),
        "may_chart": allowed(request.actor, "infusion.chart"),
        "may_advise": allowed(request.actor, "recovery.advise"),
        "may_override": allowed(request.actor, "recovery.override"),
    }  # fmt: skip
    refused = any(f is not None and f.is_bound for f in (form, words, escort, over))
    return render(request, "staff/recovery/visit.html", shown, status=422 if refused else 200)


def _usual(clinic: uuid.UUID, encounter: uuid.UUID) -> list[str]:
    """How the patient was before the drug, in words; empty when nobody recorded it."""
    told = queries.usual_before(clinic=clinic, encounter=encounter)
    limbs, score = told.get("baseline_limbs_n"), told.get("baseline_orientation_score")
    found = [_(told["baseline_mobility"])] if told.get("baseline_mobility") else []
    if limbs is not None:
        found.append(_("{moves} of 4 limbs moved").format(moves=limbs))
    if score is not None:
        found.append(_("orientation {score} of 4").format(score=score))
    return found


def _next_look(request: PageRequest, now: queries.Visit) -> tuple[str, bool] | None:
    """When the schedule asks for the next look, and whether that time is over."""
    if now.state != "recovery":
        return None
    at_ms = clock.ms(request.at)
    found = schedules.due(clinic=request.actor.clinic, encounter=now.encounter, at_ms=at_ms)
    due_ms = min((d.due_ms for d in found if d.what in schedules.VITAL), default=None)
    return None if due_ms is None else (clock_time(clock.moment(due_ms)), due_ms < at_ms)


def _card(finding: Finding) -> presenters.FindingCard:
    """A finding in words; what is not known is asked as its question."""
    card = decision_view.card(finding)
    if finding.outcome is not Outcome.UNKNOWN:
        return card
    return replace(card, says=" ".join(dict.fromkeys(card.needs)), needs=())


@page("recovery.advise", opens="recovery")
@require_POST
def advise(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will keep the physician's advice on usual medicines."""
    form = AdviceForm(request.POST)
    if not form.is_valid():
        return _shown(request, encounter, words=form)
    recovery.advise(
        actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter,
        text=form.cleaned_data["advice"],
    )  # fmt: skip
    messages.success(request, _("The advice is kept and printed with the instructions."))
    return redirect("recovery", encounter)


@page("recovery.record", opens="recovery")
@require_POST
def escort(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will note who takes the patient home."""
    form = EscortForm(request.POST)
    if not form.is_valid():
        return _shown(request, encounter, escort=form)
    recovery.name_escort(
        actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter,
        **form.cleaned_data,
    )  # fmt: skip
    messages.success(request, _("The escort is noted."))
    return redirect("recovery", encounter)


@page("recovery.override", opens="recovery")
@require_POST
def override_rule(request: PageRequest, encounter: uuid.UUID, rule: str) -> HttpResponseBase:
    """This function will note a physician's reason to go on against a finding."""
    recovery.override(
        actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter, rule=rule,
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    said = _("Your decision is noted. It holds for what was seen, for one hour.")
    messages.success(request, said)
    return redirect("recovery", encounter)


@page("recovery.discharge", opens="discharge")
def leave(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will end the visit: home, against advice, or to hospital."""
    clinic = request.actor.clinic
    now = recovery.needed(clinic=clinic, encounter=encounter)
    header = patient_page.opened(request, now.patient)
    callers = [(str(request.actor.practitioner), request.actor.name),
               *second.colleagues(request.actor)]  # fmt: skip
    form = DischargeForm(request.POST or None, callers=callers)
    if request.method == "POST" and form.is_valid():
        try:
            _leave(request, encounter, form.cleaned_data)
        except BadValue as error:
            form_errors(form, error)
        except NotNow as error:
            form.add_error(None, say(error.message))
        else:
            messages.success(request, _("The discharge is written. Sign the record next."))
            return redirect("record", encounter)
    found, held = recovery.standing(clinic=clinic, encounter=encounter, at=request.at)
    call = discharge.call_time(clinic=clinic, at=request.at)
    shown = {
        **patient_page.context(request, header), "visit": now, "form": form, "call": call,
        "held": [_card(f) for f in by_weight(found) if f.rule in held],
    }  # fmt: skip
    return render(request, "staff/recovery/leave.html", shown, status=422 if form.is_bound else 200)


def _leave(request: PageRequest, encounter: uuid.UUID, data: dict[str, Any]) -> None:
    reauth.confirm(request, data["password"])
    caller = uuid.UUID(data["caller"]) if data["caller"] else None
    discharge.discharge(
        actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter,
        leaving=Leaving(way=data["way"], reason=data["reason"], caller=caller),
        password=data["password"],
    )  # fmt: skip


@page("recovery.open", opens="instructions")
def leaflet(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will give the written instructions as a PDF in the patient's language."""
    clinic = request.actor.clinic
    now = recovery.needed(clinic=clinic, encounter=encounter)
    header = patient_page.opened(request, now.patient)
    language = request.GET.get("language", header.language)
    language = language if language in ("en", "es") else "en"
    paper = settings.value(clinic=clinic, key="print.paper", at=request.at, default="letter")
    with override(language):
        made = instructions.pdf(
            _leaflet(request, now, language), paper=paper,
            heading=Heading(
                clinic=clinic_of(request, request.actor).name,
                patient=f"{header.name}, {born(header.birth_date) or '?'}, {header.number}",
            ),
        )  # fmt: skip
    headers = {"Content-Disposition": 'inline; filename="instructions.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def _leaflet(request: PageRequest, now: queries.Visit, language: str) -> instructions.Leaflet:
    clinic = request.actor.clinic
    written = advice.current(clinic=clinic, encounter=now.encounter)
    visits = booking.of_patient(clinic=clinic, patient=now.patient)
    coming = [v for v in visits if v.starts_at > request.at and v.status in {"booked", "late"}]
    phone = settings.value(clinic=clinic, key="clinic.phone", at=request.at, default="")
    return instructions.Leaflet(
        language=language, advice=written.text if written else "",
        advice_by=written.by if written else "", phone=str(phone),
        call_at=moment(discharge.call_time(clinic=clinic, at=request.at).due_at),
        next_visit=moment(coming[0].starts_at) if coming else "",
        crisis=crisis.text(clinic=clinic, at=request.at, language=language),
    )  # fmt: skip


urlpatterns = [
    path("recovery", overview, name="recovery_list"),
    path("recovery/<uuid:encounter>", visit, name="recovery"),
    path("recovery/<uuid:encounter>/advice", advise, name="recovery_advice"),
    path("recovery/<uuid:encounter>/escort", escort, name="recovery_escort"),
    path("recovery/<uuid:encounter>/override/<slug:rule>", override_rule,
         name="recovery_override"),
    path("recovery/<uuid:encounter>/harm-over", harm_over, name="recovery_harm_over"),
    path("recovery/<uuid:encounter>/leave", leave, name="recovery_leave"),
    path("recovery/<uuid:encounter>/instructions.pdf", leaflet, name="recovery_instructions"),
]  # fmt: skip
NAV = [
    NavItem(label=_lazy("Recovery"), url_name="recovery_list", permission="recovery.open",
            order=45, icon="heart")
]  # fmt: skip
