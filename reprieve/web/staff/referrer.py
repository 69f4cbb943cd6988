"""Who referred a patient, written down later or put right: letters are addressed to them."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from reprieve.knowledge import BadValue
from reprieve.pathway import referrer
from reprieve.records.queries import referral as queries
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.patient_strip import opened
from reprieve.web.referrer_forms import ReferrerForm, contact, initial
from reprieve.web.words import form_errors


@page("patient.correct", opens="patient")
def who_referred(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will show who referred a patient, and keep another answer beside the old."""
    _header, strip = opened(request, patient)
    known = queries.referrer(clinic=request.actor.clinic, patient=patient)
    form = ReferrerForm(request.POST or None, initial=initial(known))
    if request.method == "POST" and form.is_valid():
        try:
            referrer.name(
                actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
                contact=contact(form.cleaned_data),
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Who referred is on record."))
            return redirect("patient", patient)
    context = {"patient": strip, "patient_id": patient, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "staff/referral/referrer.html", context, status=status)


urlpatterns = [path("patients/<uuid:patient>/referrer", who_referred, name="patient_referrer")]
