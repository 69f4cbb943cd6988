"""From the decision page: order the test, or send the form, that answers an unknown."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reprieve.clinical.instruments import instruments
from reprieve.clinical.investigations import investigations
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import investigations as ordered
from reprieve.pathway import links
from reprieve.records.queries import links as link_queries
from reprieve.records.queries import worklist
from reprieve.web import decision_view, patient_page
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of


def running(request: PageRequest, patient: uuid.UUID) -> frozenset[str]:
    """This function will name the tests and forms whose answers are awaited."""
    clinic = request.actor.clinic
    kinds = {item.kind for item in worklist.waiting(clinic=clinic, patient=patient)}
    tests = {name for name in investigations() if ordered.kind(name) in kinds}
    sent: set[str] = set()
    for one in link_queries.of_patient(clinic=clinic, patient=patient):
        if one.state(request.at) == "open":
            done = link_queries.finished(clinic=clinic, link=one.id)
            asked = links.asked(clinic=clinic, form=one.form, made_at=one.valid_from)
            sent |= set(asked) - done
    return frozenset(tests | sent)


@page("test.order", opens="decision")
@require_POST
def order(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will order the test that answers a finding."""
    patient_page.opened(request, patient)
    ordered.order(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
        test=request.POST.get("test", ""),
    )  # fmt: skip
    messages.success(request, _("Ordered. It is on the work list until its result is entered."))
    return redirect("decision", patient)


@page("link.make", opens="decision")
@require_POST
def send(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will send the form that answers a finding, or show its link to scan."""
    patient_page.opened(request, patient)
    name = request.POST.get("form", "")
    if name not in instruments() or not decision_view.is_for_patients(name):
        raise BadValue("form", N_("is not one that patients fill in by themselves"))
    way = links.way(clinic=request.actor.clinic, patient=patient)
    made = links.make(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient, form=name,
        send_by=way,
    )  # fmt: skip
    if not way:
        return redirect("link_show", patient, made)
    messages.success(request, _("The link is on its way. Its text has no health word."))
    return redirect("decision", patient)


urlpatterns = [
    path("patients/<uuid:patient>/decision/order", order, name="decision_order"),
    path("patients/<uuid:patient>/decision/send", send, name="decision_send"),
]
