"""Side effects across visits: the review queue, a physician's judgement, rates, and Form 3500."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical import harm_grades
from reprieve.knowledge import N_
from reprieve.outcomes.harm import events_per_100
from reprieve.outcomes.rules import rules
from reprieve.pathway import charting_harm, harm_review, harm_stop
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import harm, harm_reports, harm_stops, patients, settings
from reprieve.records.queries.harm import HarmView
from reprieve.web import ledger_words as lw
from reprieve.web import patient_page
from reprieve.web.access import PageRequest, page
from reprieve.web.ledger_view import by, done, status
from reprieve.web.people import clinic_of
from reprieve.web.print import medwatch
from reprieve.web.print.paper import Heading
from reprieve.web.words import dated, quantity

YEAR = timedelta(days=365)
RELATED: dict[str, Promise] = {
    "unrelated": _lazy("not related"), "unlikely": _lazy("unlikely"),
    "possible": _lazy("possible"), "probable": _lazy("probable"), "definite": _lazy("definite"),
}  # fmt: skip
CRITERIA: dict[str, Promise] = {
    "death": _lazy("death"), "life_threatening": _lazy("life in danger"),
    "hospital": _lazy("hospital, or longer there"), "disability": _lazy("lasting damage"),
    "birth_defect": _lazy("birth defect"), "important": _lazy("otherwise important"),
}  # fmt: skip
YES_NO = (("yes", _lazy("Yes")), ("no", _lazy("No")))


class JudgeForm(forms.Form):
    """A judgement; nothing is chosen beforehand but the outcome that is on record."""

    criteria = forms.MultipleChoiceField(
        label=_lazy("Serious, because of"), choices=tuple(CRITERIA.items()), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_lazy("None ticked: not serious."),
    )  # fmt: skip
    relatedness = forms.ChoiceField(
        label=_lazy("Caused by the drug"), choices=tuple(RELATED.items()), widget=forms.RadioSelect
    )
    expected = forms.ChoiceField(
        label=_lazy("Known of this drug"), choices=YES_NO, widget=forms.RadioSelect
    )
    device_fault = forms.ChoiceField(
        label=_lazy("Did the pump fail"), choices=YES_NO, widget=forms.RadioSelect
    )
    outcome = forms.ChoiceField(
        label=_lazy("Outcome"), choices=lambda: [(o, _(o)) for o in charting_harm.OUTCOMES]
    )
    note = forms.CharField(label=_lazy("Note"), max_length=2000, required=False,
                           widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip

    def judgement(self) -> harm_review.Judgement:
        """What was judged, as the pathway wants it."""
        data = self.cleaned_data
        return harm_review.Judgement(
            relatedness=data["relatedness"], criteria=tuple(data["criteria"]),
            expected=data["expected"] == "yes", device_fault=data["device_fault"] == "yes",
            outcome=data["outcome"], note=data["note"],
        )  # fmt: skip


class HappenedForm(forms.Form):
    """Whether what somebody took back did happen; nothing is chosen beforehand."""

    happened = forms.ChoiceField(
        label=_lazy("Did it happen"), choices=YES_NO, widget=forms.RadioSelect,
        help_text=_lazy("Yes: it stands again as it was charted."),
    )
    note = forms.CharField(label=_lazy("Why"), max_length=2000,
                           widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip


@page("harm.open", opens="side effects")
def listing(request: PageRequest) -> HttpResponse:
    """This function will show what waits for judgement and the rates of the last year."""
    clinic = request.actor.clinic
    waiting = harm.waiting(clinic=clinic)
    year = {"start": request.at - YEAR, "end": request.at}
    recent = harm.between(clinic=clinic, **year)[:100]
    told = [*waiting, *recent, *harm.retracted(clinic=clinic, **year)]
    who = patients.many(clinic=clinic, patients=sorted({v.patient for v in told}))
    request.shown += [str(patient) for patient in who]

    def named(views: list[HarmView]) -> list[tuple[HarmView, str, str]]:
        return [(v, _(v.term), who[v.patient].identity.full_name) for v in views]

    shown = {
        "waiting": named(waiting), "recent": named(recent), **_rates(request),
        "stopped": [(pk, who[pk].identity.full_name) for pk in _stopped(request, told)],
    }  # fmt: skip
    return render(request, "staff/harm/list.html", shown)


def _stopped(request: PageRequest, told: list[HarmView]) -> list[uuid.UUID]:
    """The patients whose newest severe side effects, or a decision, stop their infusions."""
    severe = {
        v.patient for v in told if harm_grades.needs_review(grade=v.grade, serious=v.serious)
    }
    clinic, at = request.actor.clinic, request.at
    decided = harm_stops.decided(clinic=clinic) & {v.patient for v in told}
    return [
        pk for pk in sorted(severe | decided)
        if harm_stop.finding(clinic=clinic, patient=pk, at=at).blocks
    ]  # fmt: skip


def _rates(request: PageRequest) -> dict[str, Any]:
    found = harm.tally(clinic=request.actor.clinic, start=request.at - YEAR, end=request.at)
    in_force = rules(on=timezone.localtime(request.at).date())
    rows = [
        (_(term), number, events_per_100(events=number, infusions=found.infusions, rules=in_force))
        for term, number in found.events
    ]
    return {"tally": found, "rates": [(t, n, p) for t, n, p in rows if p.per_100 is not None]}


@page("harm.open", opens="side effect")
def event(request: PageRequest, event: uuid.UUID) -> HttpResponseBase:
    """This function will show a side effect with the words of its grades, and take a judgement.

    An entry that was corrected or judged since leads to the one that stands now.
    """
    stands = harm.newest(clinic=request.actor.clinic, event=event)
    if stands != event:
        messages.info(request, _("Somebody wrote about this since: this is how it stands now."))
        return redirect("harm_event", stands)
    view, context = _opened(request, event)
    form = _form(request, view)
    if request.method == "POST" and done(form, lambda: _judge(request, view, form)):
        messages.success(request, _("The judgement is on record."))
        return redirect("harm")
    context |= {
        "form": form, "may": allowed(request.actor, "harm.judge"),
        "settled": view.retracted and bool(view.relatedness),
        "grades": [(n, w) for n, w in enumerate(harm_grades.words(view.term), 1) if w],
        "related": str(RELATED.get(view.relatedness, "")),
        "criteria": [str(CRITERIA[c]) for c in view.criteria],
    }  # fmt: skip
    return render(request, "staff/harm/event.html", context, status=status(form))


def _form(request: PageRequest, view: HarmView) -> forms.Form:
    if view.retracted:
        return HappenedForm(request.POST or None)
    return JudgeForm(request.POST or None, initial={"outcome": view.outcome})


def _judge(request: PageRequest, view: HarmView, form: forms.Form) -> None:
    if isinstance(form, JudgeForm):
        harm_review.judge(**by(request), event=view.id, judgement=form.judgement())
    else:
        said = form.cleaned_data
        harm_review.decide_whether(
            **by(request), event=view.id, happened=said["happened"] == "yes", note=said["note"]
        )


def _opened(request: PageRequest, event: uuid.UUID) -> tuple[HarmView, dict[str, Any]]:
    view = harm.one(clinic=request.actor.clinic, event=event)
    if view is None:
        raise NotFound(N_("There is no such side effect."))
    header = patient_page.opened(request, view.patient)
    rate = None if view.rate_ug_per_h is None else lw.short(view.rate_ug_per_h)
    return view, {
        **patient_page.context(request, header), "event": view, "term": _(view.term),
        "rate": quantity(rate, "mg/h"), "given": lw.mg(view.given_ug),
    }  # fmt: skip


@page("harm.open", opens="MedWatch 3500")
def report(request: PageRequest, event: uuid.UUID, form: str) -> HttpResponseBase:
    """This function will give the field set of Form 3500 as JSON or PDF."""
    view, _context = _opened(request, event)
    clinic = clinic_of(request, request.actor)
    patient = patients.one(clinic=clinic.id, patient=view.patient)
    about = harm_reports.about(clinic=clinic.id, event=event, at=request.at)
    if patient is None or about is None or form not in {"json", "pdf"}:
        raise NotFound(N_("There is no such document."))
    found = medwatch.fields(
        about, patient=patient, clinic=clinic.name, reporter=request.actor.name,
        reported=timezone.localtime(request.at).date().isoformat(),
    )  # fmt: skip
    if form == "json":
        return JsonResponse(found)
    size = settings.value(clinic=clinic.id, key="print.paper", at=request.at, default="letter")
    heading = Heading(clinic=clinic.name, patient=dated(request.at))
    return HttpResponse(
        medwatch.pdf(found, heading=heading, size=size), content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="medwatch-3500.pdf"'},
    )  # fmt: skip


urlpatterns = [
    path("harm", listing, name="harm"),
    path("harm/<uuid:event>", event, name="harm_event"),
    path("harm/<uuid:event>/3500.<slug:form>", report, name="harm_report"),
]
