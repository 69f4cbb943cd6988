"""The decision page: the whole story, findings by weight, and accept, defer or decline."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical.body_areas import label
from reprieve.clinical.criteria.facts import criterion_data
from reprieve.clinical.evidence import Evidence, evidence
from reprieve.knowledge import BadValue
from reprieve.pathway import decision
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import (
    body,
    decisions,
    medicines,
    observations,
    problems,
    questionnaires,
    referral,
)
from reprieve.web import body_map, decision_view, patient_page, scale_trends, therapy_words
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.staff import decision_resolve
from reprieve.web.words import form_errors, say

OVERRIDE = "override-"
ACKNOWLEDGE = "acknowledge"
DONE = {
    "accept": _lazy("Accepted for treatment. Next comes the consent."),
    "defer": _lazy("Deferred. It comes back to your list in 30 days."),
    "decline": _lazy("Declined. The episode is closed."),
}
OUTCOMES = {
    "accept": ("ok", _lazy("accepted")),
    "defer": ("warn", _lazy("deferred")),
    "decline": ("stop", _lazy("declined")),
}


class DecisionForm(forms.Form):
    """The reason of a decision; overrides stand beside their findings."""

    reason = forms.CharField(
        label=_lazy("Reason and what was agreed"), max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


@page("evaluation.open", opens="decision")
def decide(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will show everything that bears on the decision, and take it in."""
    header = patient_page.opened(request, patient)
    form = DecisionForm(request.POST or None)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            outcome = _decide(request, patient, form)
        except BadValue as error:
            form_errors(form, error)
        except NotNow as error:
            refusal = say(error.message)
        else:
            messages.success(request, DONE[outcome])
            return redirect("patient", patient)
    shown = {
        **patient_page.context(request, header), **_context(request, patient), "form": form,
        "refusal": refusal,
        "may_decide": allowed(request.actor, "evaluation.decide")
        and header.state == "evaluating",
    }  # fmt: skip
    status = 409 if refusal else 422 if form.is_bound else 200
    return render(request, "staff/decision/decision.html", shown, status=status)


def _decide(request: PageRequest, patient: uuid.UUID, form: DecisionForm) -> str:
    outcome = request.POST.get("outcome", "")
    decision.decide(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient, outcome=outcome,
        reason=form.cleaned_data["reason"], overrides=_given(request.POST),
        acknowledged=request.POST.getlist(ACKNOWLEDGE), seen=request.POST.get("seen", ""),
    )  # fmt: skip
    return outcome


def _given(posted: QueryDict) -> dict[str, str]:
    """The reasons beside blocking findings, by rule."""
    return {
        name.removeprefix(OVERRIDE): str(value)
        for name, value in posted.items()
        if name.startswith(OVERRIDE)
    }


def _context(request: PageRequest, patient: uuid.UUID) -> dict[str, Any]:
    clinic = request.actor.clinic
    asked: dict[str, Any] = {"clinic": clinic, "patient": patient}
    found = decision.examine(at=request.at, **asked)
    lines = decision_view.lines(
        found, patient=patient, given=_given(request.POST),
        acknowledged=request.POST.getlist(ACKNOWLEDGE),
        running=decision_resolve.running(request, patient),
    )  # fmt: skip
    newest = observations.newest(**asked)
    therapies = medicines.tried(**asked)
    current = medicines.current(**asked)
    return {
        "seen": decision.version(found),
        "blocking": [line for line in lines if line.blocks],
        "noted": [line for line in lines if not line.blocks],
        "clear": decision_view.clear(found),
        "never": [line for line in lines if line.blocks and not line.overridable],
        "conditions": problems.conditions(**asked),
        "requests": [r.message for r in referral.of_patient(**asked) if r.message],
        "trends": scale_trends.trends(**asked),
        "therapies": [(t.name, therapy_words.line(t)) for t in therapies],
        "medicines": current,
        "taken": [" ".join(filter(None, (m.name, m.dose))) for m in current.medicines],
        "criteria": [
            _criterion(code.removeprefix("criterion/"), view)
            for code, view in sorted(newest.items())
            if code.startswith("criterion/")
        ],
        "evidence": _evidence(clinic, patient),
        "pain": _pain(clinic, patient),
        "goal": questionnaires.words(instrument="personal-goal", **asked),
        "past": [
            (d, OUTCOMES[d.outcome][0], OUTCOMES[d.outcome][1])
            for d in decisions.of_patient(**asked)
        ],
    }


def _criterion(name: str, view: observations.ObservationView) -> dict[str, Any]:
    """A criterion's answer in words, with its day and whether its file is confirmed."""
    data = criterion_data(name).data
    return {
        "title": _(data["title"]), "met": view.value["met"], "word": _(view.value["met"]),
        "grade": view.value["grade"], "at": view.measured_at, "confirmed": data["verified"],
    }  # fmt: skip


def _pain(clinic: uuid.UUID, patient: uuid.UUID) -> dict[str, Any] | None:
    """The newest body map: its picture, its areas in words, and when it was drawn."""
    drawn = body.newest(clinic=clinic, patient=patient)
    if drawn is None:
        return None
    return {
        "views": body_map.views_of(drawn.asked), "chosen": frozenset(drawn.areas), "at": drawn.at,
        "words": [_(label(area)) for area in drawn.areas],
    }  # fmt: skip


def _evidence(clinic: uuid.UUID, patient: uuid.UUID) -> Evidence | None:
    name = decision.evidence_of(clinic=clinic, patient=patient)
    return evidence(name) if name else None


urlpatterns = [path("patients/<uuid:patient>/decision", decide, name="decision")]
