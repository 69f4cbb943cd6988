"""The whole series of a signed plan: proposed, shown, and booked in one act."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import booking, booking_series
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import Conflict, NotNow
from reprieve.records.queries import booking_plan, clinics
from reprieve.scheduling.series import Obstacle
from reprieve.web import booking_grid
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.days import DayField
from reprieve.web.patient_strip import opened
from reprieve.web.words import say

SHOWN_FOR_S = 3600


class WishForm(forms.Form):
    """From which day, at what time, with whom."""

    first_day = DayField(label=_lazy("First infusion on or after"))
    preferred = forms.TimeField(
        label=_lazy("Preferred time of day"), widget=forms.TimeInput(attrs={"type": "time"})
    )
    practitioner = forms.ChoiceField(label=_lazy("Clinician"), required=False)

    def __init__(self, data: Any, *, clinic: uuid.UUID) -> None:
        super().__init__(data)
        nobody = ("", _("nobody in particular"))
        self.fields["practitioner"].choices = [nobody, *booking_grid.clinicians(clinic)]  # type: ignore[attr-defined]


@page("booking.change", opens="patient")
def series(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will propose the dates of the signed plan and book exactly what was shown."""
    _header, strip = opened(request, patient)
    clinic = request.actor.clinic
    context: dict[str, Any] = {"patient": strip, "patient_id": patient}
    plan = booking_plan.newest(clinic=clinic, patient=patient)
    if plan is None:
        return render(request, "staff/booking/series.html", context)
    held = booking_plan.booked(clinic=clinic, plan=plan)
    context |= {"plan": plan, "held": booking_grid.shown(clinic, held)}
    problem = ""
    if request.method == "POST":
        try:
            return _book(request, patient)
        except Conflict as error:
            problem = say(error.message)
    if len(held) < plan.sessions:
        context |= _proposed(request, patient, plan)
    context["problem"] = problem
    template = "staff/booking/series.html"
    return render(request, template, context, status=409 if problem else 200)


def _proposed(
    request: PageRequest, patient: uuid.UUID, plan: booking_plan.PlanView
) -> dict[str, Any]:
    clinic = request.actor.clinic
    first = booking_series.begin_after(clinic=clinic, plan=plan, at=request.at)
    usual = {"first_day": first.isoformat(), "preferred": "09:00"}
    asked = {name: request.GET[name] for name in WishForm.base_fields if name in request.GET}
    form = WishForm(usual | asked, clinic=clinic)
    if not form.is_valid():
        return {"wish": form}
    data = form.cleaned_data
    try:
        found = booking_series.propose(
            clinic=clinic, patient=patient, first_day=data["first_day"], at=request.at,
            preferred=data["preferred"],
            practitioner=uuid.UUID(data["practitioner"]) if data["practitioner"] else None,
        )  # fmt: skip
    except BadValue as error:
        form.add_error(error.field if error.field in form.fields else None, _(error.reason))
        return {"wish": form}
    chairs = {chair.id: chair.name for chair in clinics.chairs(clinic=clinic)}
    return {
        "wish": form,
        "found": [(slot, chairs[slot.chair]) for slot in found.slots if slot.chair],
        "sealed": _sealed(patient, found.slots),
        "because": found.series.because,
        "obstacles": [_against(one) for one in found.series.in_the_way],
    }


def _against(one: Obstacle) -> tuple[Any, list[str]]:
    """A day and everything against it, each thing said once."""
    return one.day, list(dict.fromkeys(say(booking.says(c)) for c in one.conflicts))


def _salt(patient: uuid.UUID) -> str:
    return f"series:{patient}"


def _sealed(patient: uuid.UUID, slots: Sequence[Slot]) -> str:
    """What is shown, signed: what is booked is that, and nothing a browser made up."""
    rows = [
        [one.starts_at.isoformat(), str(one.chair), str(one.practitioner or ""), one.infusion_min,
         one.recovery_min, one.series_no, str(one.plan)]
        for one in slots
    ]  # fmt: skip
    return signing.dumps(rows, salt=_salt(patient))


def _unsealed(patient: uuid.UUID, sealed: str) -> list[Slot]:
    try:
        rows = signing.loads(sealed, salt=_salt(patient), max_age=SHOWN_FOR_S)
    except signing.BadSignature as error:
        raise Conflict(N_("This proposal is too old. Look at the new one.")) from error
    return [
        Slot(
            starts_at=datetime.fromisoformat(start), kind="infusion", chair=uuid.UUID(chair),
            practitioner=uuid.UUID(who) if who else None, infusion_min=infusion,
            recovery_min=recovery, series_no=number, plan=uuid.UUID(plan),
        )
        for start, chair, who, infusion, recovery, number, plan in rows
    ]  # fmt: skip


def _book(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    wanted = _unsealed(patient, request.POST.get("sealed", ""))
    _refuse_other_plan(request, patient, wanted)
    made = booking.book_all(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient, wanted=wanted
    )
    messages.success(
        request,
        ngettext("{n} infusion is booked.", "{n} infusions are booked.", len(made)).format(
            n=len(made)
        ),
    )
    return redirect("patient", patient)


def _refuse_other_plan(request: PageRequest, patient: uuid.UUID, wanted: Sequence[Slot]) -> None:
    """A plan signed in the meantime replaces the one that was shown."""
    plan = booking_plan.newest(clinic=request.actor.clinic, patient=patient)
    if plan is None or any(one.plan != plan.id for one in wanted):
        raise NotNow(N_("The plan has changed. Look at the new proposal."))


urlpatterns = [path("patients/<uuid:patient>/series", series, name="series")]
