"""Side effects that stop a patient's infusions, and the physician's decision about going on."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.pathway import harm_stop
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import decisions, harm_stops
from reprieve.records.queries.patients import PatientHeader
from reprieve.web import decision_view, patient_page
from reprieve.web.access import PageRequest, page
from reprieve.web.ledger_view import by, done, status

OUTCOMES: dict[str, Promise] = {
    harm_stops.GO_ON: _lazy("Go on with the infusions"),
    harm_stops.STAY: _lazy("No further infusion for now"),
}


class DecideForm(forms.Form):
    """Go on or not; nothing is chosen beforehand."""

    outcome = forms.ChoiceField(
        label=_lazy("Decision"), choices=tuple(OUTCOMES.items()), widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_lazy("Reason, and what is changed"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


@page("harm.open", opens="side effects of a patient")
def of_patient(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will show a patient's severe side effects and take a physician's decision."""
    header = patient_page.opened(request, patient)
    form = DecideForm(request.POST or None)
    if request.method == "POST" and done(
        form, lambda: harm_stop.decide(**by(request), patient=patient, **form.cleaned_data)
    ):
        messages.success(request, _("Decided, with the reason on record."))
        return redirect("harm_patient", patient)
    return _shown(request, patient, header, form)


def _shown(
    request: PageRequest, patient: uuid.UUID, header: PatientHeader, form: DecideForm
) -> HttpResponse:
    clinic = request.actor.clinic
    finding = harm_stop.finding(clinic=clinic, patient=patient, at=request.at)
    known = harm_stops.of(clinic=clinic, patient=patient)
    past = decisions.of_patient(clinic=clinic, patient=patient, kind=harm_stops.KIND)
    shown = {
        **patient_page.context(request, header), "form": form,
        "card": decision_view.card(finding), "stops": finding.blocks,
        "heavy": [(event, _(event.term)) for event in known.heavy],
        "past": [(one, str(OUTCOMES.get(one.outcome, one.outcome))) for one in past],
        "may": allowed(request.actor, harm_stop.ACT) and bool(known.heavy),
    }  # fmt: skip
    return render(request, "staff/harm/patient.html", shown, status=status(form))


urlpatterns = [path("patients/<uuid:patient>/side-effects", of_patient, name="harm_patient")]
