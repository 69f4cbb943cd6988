"""After the infusion: who has to be called, the visit with its decision, and the letter."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import followup
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.followup import Call
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import (
    booking,
    decisions,
    opioids,
    patients,
    problems,
    questionnaires,
    recovery,
    referral,
    response,
    settings,
)
from reprieve.records.queries import followup as queries
from reprieve.web import labels, patient_page, relief_chart, relief_words, scale_trends
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.collect import NavItem
from reprieve.web.facts_form import OpenChoice, OpenForm
from reprieve.web.people import clinic_of
from reprieve.web.print import letter as printed
from reprieve.web.print.paper import Heading
from reprieve.web.staff.closing import cancelled
from reprieve.web.words import born, day, form_errors, say

YES_NO = [("yes", _lazy("Yes")), ("no", _lazy("No"))]
BROKE_OFF = "broke_off"
REACHED = [*YES_NO, (BROKE_OFF, _lazy("Yes, and the call broke off"))]
TEN = [(str(n), str(n)) for n in range(11)]
# What tells of function beside pain, and the patient's own goal.
FUNCTION = ("peg", "promis-pain-interference-4a", "bpi-sf", "odi", "personal-goal")
GOAL = "personal-goal"
ASKED = ("fell", "vivid_dreams", "bladder", "thoughts_of_death")


def _pressed(
    label: Any, choices: list[tuple[str, Any]], *, kind: type[forms.ChoiceField] = OpenChoice
) -> forms.Field:
    return kind(label=label, choices=choices, required=kind is OpenChoice, widget=forms.RadioSelect)


class CallForm(OpenForm):
    """What is asked on the telephone after 24 hours; of somebody not reached nothing is asked."""

    reached = _pressed(_lazy("Did you reach the patient?"), REACHED)
    fell = _pressed(_lazy("Did you fall, or nearly fall?"), YES_NO)
    mood = _pressed(_lazy("How is your mood, 0 very low to 10 very good?"), TEN)
    thoughts_of_death = _pressed(_lazy("Any thought of dying or of ending your life?"), YES_NO)
    vivid_dreams = _pressed(_lazy("Vivid or bad dreams?"), YES_NO, kind=forms.ChoiceField)
    bladder = _pressed(
        _lazy("Trouble passing urine, or blood in it?"), YES_NO, kind=forms.ChoiceField
    )
    pain = _pressed(_lazy("How is your pain now, 0 to 10?"), TEN, kind=forms.ChoiceField)
    note = forms.CharField(
        label=_lazy("Note"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def said(self) -> Call:
        """Give what a valid form holds. Raises BadValue when nobody says whether it was reached."""
        data = self.cleaned_data
        if not data["reached"]:
            raise BadValue("reached", N_("is not answered"))
        told = {name: data[name] == "yes" if data[name] else None for name in ASKED}
        return Call(
            reached=data["reached"] != "no", broke_off=data["reached"] == BROKE_OFF,
            note=data["note"], **told,
            mood=int(data["mood"]) if data["mood"] else None,
            pain=int(data["pain"]) if data["pain"] else None,
        )  # fmt: skip


class DecisionForm(forms.Form):
    """What is decided at the follow-up visit, and why."""

    outcome = forms.ChoiceField(
        label=_lazy("Decision"), choices=list(relief_words.OUTCOMES.items()),
        widget=forms.RadioSelect,
        help_text=_lazy("To refer or to end cancels the visits still to come, tells the patient "
                        "of each, and ends prompts and reminders."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_lazy("Why"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


@page("followup.open", opens="follow-up list")
def overview(request: PageRequest) -> HttpResponse:
    """This function will list who has to be called or seen, overdue first."""
    found = queries.waiting(clinic=request.actor.clinic)
    ids = [item.patient for item in found if item.patient]
    who = patients.many(clinic=request.actor.clinic, patients=ids)
    request.shown += [str(patient) for patient in who]
    rows = [
        (item, labels.word(labels.WORK, item.kind), who[item.patient], item.due_at < request.at)
        for item in found
        if item.patient in who
    ]
    return render(request, "staff/followup/list.html", {"rows": rows})


@page("followup.call", opens="24 hour call")
def call(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will ask what is asked after 24 hours, and write it down."""
    visit = recovery.visit(clinic=request.actor.clinic, encounter=encounter)
    if visit is None:
        raise NotFound(N_("There is no such infusion."))
    header = patient_page.opened(request, visit.patient)
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = followup.call(
                actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter,
                said=form.said(),
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        else:
            return _called(request, visit.patient, alert=done["alert"], said=form.said())
    who = patients.one(clinic=request.actor.clinic, patient=visit.patient)
    tried = queries.tried(clinic=request.actor.clinic, patient=visit.patient, encounter=encounter)
    shown = {
        **patient_page.context(request, header), "form": form, "who": who, "visit": visit,
        "tried": tried,
    }  # fmt: skip
    return render(request, "staff/followup/call.html", shown, status=422 if form.is_bound else 200)


def _called(
    request: PageRequest, patient: uuid.UUID, *, alert: bool, said: Call
) -> HttpResponseBase:
    if alert:
        messages.error(request, _("The suicide-risk path is open. Stay on the line; do the "
                                  "C-SSRS now."))  # fmt: skip
        return redirect("risk", patient)
    if said.broke_off:
        messages.success(request, _("What was told is written down. The call stays due."))
    elif said.reached:
        messages.success(request, _("The call is written down."))
    else:
        messages.success(request, _("The try is written down. The call stays due."))
    return redirect("followup_list")


@page("followup.open", opens="follow-up")
def visit(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will show how the treatment worked and what it did, and take the decision."""
    header = patient_page.opened(request, patient)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = followup.decide(
                actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
                appointment=_todays(request, patient), **form.cleaned_data,
            )  # fmt: skip
        except NotNow as error:
            form.add_error(None, say(error.message))
        else:
            messages.success(request, _("The decision is written. The letter is ready."))
            if done["cancelled"]:
                messages.info(request, cancelled(done["cancelled"]))
            to = "maintenance" if form.cleaned_data["outcome"] == "booster" else "followup"
            return redirect(to, patient)
    shown = {
        **patient_page.context(request, header), **_story(request, patient), "form": form,
        "may_decide": allowed(request.actor, "followup.decide"),
    }  # fmt: skip
    return render(request, "staff/followup/visit.html", shown, status=422 if form.is_bound else 200)


def _todays(request: PageRequest, patient: uuid.UUID) -> uuid.UUID | None:
    """The booked follow-up visit of today, when the patient has come to it."""
    today = timezone.localtime(request.at).date()
    for one in booking.of_patient(clinic=request.actor.clinic, patient=patient):
        if one.kind == "follow_up" and timezone.localtime(one.starts_at).date() == today:
            return one.id
    return None


def _story(request: PageRequest, patient: uuid.UUID) -> dict[str, Any]:
    clinic = request.actor.clinic
    today = timezone.localtime(request.at).date()
    story = response.story(clinic=clinic, patient=patient, at=request.at)
    found = story.response
    doses = opioids.days(
        clinic=clinic, patient=patient, first=today - timedelta(days=365), last=today
    )
    harm = queries.harm(clinic=clinic, patient=patient)
    return {
        "chart": relief_chart.data(
            entries=[e for e in story.entries if e.kind == "diary"],
            treatments=story.treatments, today=today,
        ),
        "title": relief_chart.title(found), "opioid_chart": relief_chart.opioids(doses),
        "lines": relief_words.lines(found) if found else [],
        "verdicts": relief_words.verdicts(found) if found else [],
        "unknown": found.unknown if found else (), "given": relief_words.given(story.treatments),
        "goal": questionnaires.words(clinic=clinic, patient=patient, instrument=GOAL),
        "trends": scale_trends.trends(clinic=clinic, patient=patient, only=FUNCTION),
        "harm": harm, "harm_lines": relief_words.harms(harm),
        "calls": queries.calls(clinic=clinic, patient=patient)[:3],
        "tried": queries.tried(clinic=clinic, patient=patient)[:3],
        "decided": [
            (one, str(relief_words.OUTCOMES.get(one.outcome, one.outcome)))
            for one in decisions.of_patient(clinic=clinic, patient=patient, kind="follow_up")
        ],
    }  # fmt: skip


@page("followup.open", opens="letter")
def letter(request: PageRequest, patient: uuid.UUID) -> HttpResponse:
    """This function will give the letter about the last decision as a PDF, as it was known then."""
    clinic = request.actor.clinic
    header = patient_page.opened(request, patient)
    decided = decisions.of_patient(clinic=clinic, patient=patient, kind="follow_up")
    if not decided:
        raise NotNow(N_("The letter follows from a decision: write the decision first."))
    own = settings.every(clinic=clinic, at=request.at)
    then: dict[str, Any] = {"clinic": clinic, "patient": patient, "as_of": decided[0].at}
    story = response.story(clinic=clinic, patient=patient, at=decided[0].at)
    name = clinic_of(request, request.actor).name
    made = printed.pdf(
        printed.Letter(
            date=day(decided[0].at),
            conditions=[c.label for c in problems.conditions(**then)],
            treatment=relief_words.given(story.treatments),
            response=[f"{a}: {b}" for a, b in relief_words.lines(story.response)]
            if story.response else [],
            goal=questionnaires.words(instrument=GOAL, **then),
            harm=relief_words.harms(queries.harm(**then)),
            decision=str(relief_words.OUTCOMES.get(decided[0].outcome, decided[0].outcome)),
            reason=decided[0].reason, signed_by=decided[0].by,
            clinic=[name, str(own.get("clinic.address", "")), str(own.get("clinic.phone", ""))],
            to=referral.referrer(clinic=clinic, patient=patient),
        ),
        heading=Heading(
            clinic=name, patient=f"{header.name}, {born(header.birth_date) or '?'}, {header.number}"
        ),
        paper=str(own.get("print.paper", "letter")),
    )  # fmt: skip
    headers = {"Content-Disposition": 'inline; filename="letter.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


urlpatterns = [
    path("follow-up", overview, name="followup_list"),
    path("follow-up/<uuid:patient>", visit, name="followup"),
    path("follow-up/<uuid:patient>/letter.pdf", letter, name="followup_letter"),
    path("follow-up/call/<uuid:encounter>", call, name="followup_call"),
]
NAV = [
    NavItem(label=_lazy("Follow-up"), url_name="followup_list", permission="followup.open",
            order=50, icon="phone")
]  # fmt: skip
