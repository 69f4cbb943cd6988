"""Who a patient is, put right: a wrong letter in a name, a new telephone, a missing birth date."""

from __future__ import annotations

import uuid
from dataclasses import asdict, replace

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.knowledge import BadValue
from reprieve.pathway import patients
from reprieve.records.queries import patients as queries
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.patient_strip import opened
from reprieve.web.words import form_errors

SEXES = [("", _lazy("Not on file")), ("female", _lazy("Female")), ("male", _lazy("Male")),
         ("other", _lazy("Other"))]  # fmt: skip


class IdentityForm(forms.Form):
    """What identifies and reaches a person, and who speaks for them."""

    given = forms.CharField(label=_lazy("Given name"), max_length=100)
    family = forms.CharField(label=_lazy("Family name"), max_length=100)
    birth_date = forms.DateField(
        label=_lazy("Date of birth"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    phone = forms.CharField(label=_lazy("Telephone"), max_length=40, required=False)
    email = forms.EmailField(label=_lazy("E-mail"), required=False)
    address = forms.CharField(label=_lazy("Address"), max_length=300, required=False)
    mrn = forms.CharField(label=_lazy("Record number"), max_length=40, required=False)
    sex = forms.ChoiceField(
        label=_lazy("Sex, where a scale has bands by sex"), choices=SEXES, required=False
    )
    caregiver = forms.CharField(
        label=_lazy("Guardian or caregiver: name, and what they are to the patient"),
        max_length=120, required=False,
    )  # fmt: skip
    caregiver_phone = forms.CharField(
        label=_lazy("Telephone of the guardian or caregiver"), max_length=40, required=False
    )


@page("patient.correct", opens="patient")
def correct(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will show who a patient is, and keep a corrected version beside the old."""
    _header, strip = opened(request, patient)
    now = queries.many(clinic=request.actor.clinic, patients=[patient])[patient].identity
    form = IdentityForm(request.POST or None, initial=asdict(now))
    if request.method == "POST" and form.is_valid():
        try:
            patients.correct(
                actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
                identity=replace(now, **form.cleaned_data),
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The record is corrected."))
            return redirect("patient", patient)
    context = {"patient": strip, "patient_id": patient, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "staff/patients/identity.html", context, status=status)


urlpatterns = [path("patients/<uuid:patient>/identity", correct, name="patient_identity")]
