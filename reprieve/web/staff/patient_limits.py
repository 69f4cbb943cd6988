"""One patient's own alarm limits: what holds for them, set by a doctor, put back."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from reprieve.knowledge import N_
from reprieve.monitoring.limits import Limit
from reprieve.pathway import patient_limits
from reprieve.pathway.approval import Approval
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import allowed
from reprieve.web import infusion_words, limit_view, patient_page
from reprieve.web.access import PageRequest, page
from reprieve.web.approve import approved
from reprieve.web.limit_forms import PatientLimitsForm, TakeBackForm
from reprieve.web.staff.settings_limits import looser, pressed

UNPROCESSABLE = 422


@page("plan.open", opens="plan")
def limits(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will list the limits that hold for a patient, and take their own back."""
    header = patient_page.opened(request, patient)
    form = TakeBackForm(request.POST or None, initial={"seen": _seen(request, patient)})
    if request.method == "POST" and form.is_valid():

        def take_back(asked: Approval) -> None:
            patient_limits.to_default(asked, patient=patient)

        if approved(request, form, take_back):
            messages.success(request, _("The clinic’s limits hold for this patient again."))
            return redirect("patient_limits", patient)
    whose = {"clinic": request.actor.clinic, "patient": patient}
    below = {one.name: one for one in patient_limits.base(at=request.at, **whose)}
    source, confirmed = limit_view.source()
    found = patient_limits.history(**whose)
    signs = limit_view.signs(
        _now(request, patient), below=below,
        href=lambda signal: reverse("patient_limit", args=[patient, signal]),
    )  # fmt: skip
    context = {
        **patient_page.context(request, header), "form": form, "signs": signs, "source": source,
        "confirmed": confirmed, "own": any(x.is_own for sign in signs for x in sign.lines),
        "newest": found[0] if found else None, "history": limit_view.history(found),
        "may_change": allowed(request.actor, patient_limits.ACT),
    }  # fmt: skip
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "staff/plan/limits.html", context, status=status)


@page("plan.limits", opens="plan")
def sign(request: PageRequest, patient: uuid.UUID, signal: str) -> HttpResponseBase:
    """This function will set a patient's limits of one sign, or put them back."""
    header = patient_page.opened(request, patient)
    now = [one for one in _now(request, patient) if one.signal == signal and one.name]
    if not now:
        raise NotFound(N_("There is no such sign."))
    form = PatientLimitsForm(
        request.POST or None, limits=now, initial={"seen": _seen(request, patient)}
    )
    if request.method == "POST" and form.is_valid() and _done(request, form, patient, now):
        return redirect("patient_limits", patient)
    context = {
        **patient_page.context(request, header), "form": form, "looser": looser(form),
        "title": infusion_words.signal(signal), "back": reverse("patient_limits", args=[patient]),
    }  # fmt: skip
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "staff/settings/limit.html", context, status=status)


def _done(
    request: PageRequest, form: PatientLimitsForm, patient: uuid.UUID, now: list[Limit]
) -> bool:
    def keep(asked: Approval) -> None:
        patient_limits.set_limits(asked, patient=patient, wanted=form.wanted())

    def take_back(asked: Approval) -> None:
        patient_limits.to_default(asked, patient=patient, names=[one.name for one in now])

    return pressed(request, form, keep=keep, take_back=take_back)


def _now(request: PageRequest, patient: uuid.UUID) -> tuple[Limit, ...]:
    return patient_limits.in_force(clinic=request.actor.clinic, patient=patient, at=request.at)


def _seen(request: PageRequest, patient: uuid.UUID) -> str:
    return patient_limits.version(clinic=request.actor.clinic, patient=patient)


urlpatterns = [
    path("patients/<uuid:patient>/limits", limits, name="patient_limits"),
    path("patients/<uuid:patient>/limits/<str:signal>", sign, name="patient_limit"),
]
