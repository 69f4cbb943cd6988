"""Closing a patient's file from any step, with why; a new request opens a new course."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from reprieve.pathway import closing
from reprieve.records.queries import closings
from reprieve.web import patient_page
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of


@page("episode.close", opens="patient")
@require_POST
def close(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will close a patient's file with a reason, and say what was cancelled."""
    patient_page.opened(request, patient)
    because = request.POST.get("because", "")
    count = closing.close(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
        because=because, reason=request.POST.get("reason", ""),
    )  # fmt: skip
    messages.success(request, _("The file is closed. The patient's links are ended."))
    if count:
        messages.info(request, cancelled(count))
    if because in closings.SILENT:
        messages.info(request, _("Nothing is sent to the patient any more."))
    return redirect("patient", patient)


def cancelled(count: int) -> str:
    """This function will say how many visits an end of care cancelled."""
    return ngettext(
        "{count} visit that was booked is cancelled.",
        "{count} visits that were booked are cancelled.", count,
    ).format(count=count)  # fmt: skip


urlpatterns = [path("patients/<uuid:patient>/close", close, name="patient_close")]
