"""One visit: arrived, late or not come; moved alone or with the rest; who takes them home."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import (
    booking,
    booking_series,
    booking_undo,
    booster_gap,
    closing,
    states,
)
from reprieve.pathway.errors import Conflict, NotFound
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import booking as queries
from reprieve.records.queries import clinics, closed_days
from reprieve.records.queries.booking import AppointmentView
from reprieve.records.queries.booking_plan import STILL_TO_COME
from reprieve.web import booking_grid, labels
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.days import DayField
from reprieve.web.patient_strip import opened
from reprieve.web.staff.booking import moment_of
from reprieve.web.words import form_errors, say


class MoveForm(forms.Form):
    """Where a visit goes."""

    day = DayField(label=_lazy("Day"))
    time = forms.TimeField(label=_lazy("Time"), widget=forms.TimeInput(attrs={"type": "time"}))
    chair = forms.ChoiceField(label=_lazy("Chair"), required=False)
    practitioner = forms.ChoiceField(label=_lazy("Clinician"), required=False)
    reason = forms.CharField(label=_lazy("Reason"), required=False, max_length=300)
    rest = forms.BooleanField(
        label=_lazy("Move the later infusions too, as far as the spacing asks"), required=False
    )
    anyway = forms.BooleanField(
        label=_lazy("Book outside opening hours or beyond the nurses' number"), required=False
    )

    def __init__(self, data: Any, *, clinic: uuid.UUID, visit: AppointmentView) -> None:
        super().__init__(data, initial=_where(visit))
        chairs = [(str(chair.id), chair.name) for chair in clinics.chairs(clinic=clinic)]
        nobody = ("", _("nobody in particular"))
        self.fields["chair"].choices = [("", _("no chair")), *chairs]  # type: ignore[attr-defined]
        self.fields["practitioner"].choices = [nobody, *booking_grid.clinicians(clinic)]  # type: ignore[attr-defined]
        if visit.plan is None:
            del self.fields["rest"]


def _where(visit: AppointmentView) -> dict[str, Any]:
    local = timezone.localtime(visit.starts_at)
    return {
        "day": local.date().isoformat(), "time": f"{local:%H:%M}",
        "chair": str(visit.chair or ""), "practitioner": str(visit.practitioner or ""),
    }  # fmt: skip


class EscortForm(forms.Form):
    """Who takes the patient home."""

    name = forms.CharField(label=_lazy("Name"), max_length=100)
    phone = forms.CharField(
        label=_lazy("Telephone"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )  # fmt: skip


def _get(request: PageRequest, visit: uuid.UUID) -> AppointmentView:
    found = queries.one(clinic=request.actor.clinic, appointment=visit)
    if found is None:
        raise NotFound(N_("There is no such appointment."))
    return found


@page("booking.open", opens="visit")
def show(request: PageRequest, visit: uuid.UUID) -> HttpResponse:
    """This function will show one visit, what may be done with it, and what happened to it."""
    found = _get(request, visit)
    return _page(request, found, MoveForm(None, clinic=request.actor.clinic, visit=found))


def _page(
    request: PageRequest, found: AppointmentView, move: MoveForm, escort: EscortForm | None = None
) -> HttpResponse:
    _header, strip = opened(request, found.patient)
    clinic = request.actor.clinic
    may_change = allowed(request.actor, "booking.change")
    bound = move.is_bound or (escort is not None and escort.is_bound)
    context = {
        "patient": strip,
        "visit": booking_grid.shown(clinic, [found])[0],
        "acts": _acts(found, request.at) if may_change else (),
        "move": move,
        "escort": queries.escort(clinic=clinic, appointment=found.id),
        "escort_form": escort or EscortForm(),
        "may_change": may_change,
        "closed": closed_days.reason_of(
            clinic=clinic, day=timezone.localtime(found.starts_at).date(), at=request.at
        ),
        "is_past": _is_past(found, request.at),
        "by_reason": _is_by_reason(clinic, found, request.at),
        "history": [
            (labels.word(labels.VISIT_ACTS, kind), at, _said(reason))
            for kind, at, reason in queries.history(clinic=clinic, appointment=found.id)
        ],
    }
    return render(request, "staff/booking/visit.html", context, status=422 if bound else 200)


def _is_past(found: AppointmentView, at: datetime) -> bool:
    """Whether the visit's day is over: what is noted then is not taken back."""
    return timezone.localtime(found.starts_at).date() < timezone.localtime(at).date()


def _is_by_reason(clinic: uuid.UUID, found: AppointmentView, at: datetime) -> bool:
    """Whether an infusion still to come is a booster's that a physician lets come so soon."""
    return (
        found.kind == "infusion"
        and found.starts_at > at
        and found.status in STILL_TO_COME
        and booster_gap.is_by_reason(
            clinic=clinic, patient=found.patient, plan=found.plan, starts_at=found.starts_at, at=at
        )
    )


def _said(reason: str) -> str:
    """A reason as it was typed; one that the product gave itself, in the reader's language."""
    return _(reason) if reason == closing.ENDED else reason


def _acts(found: AppointmentView, now: datetime) -> list[str]:
    """What may be done now: nobody is missed before the time, nor found on another day."""
    day = timezone.localtime(found.starts_at).date()
    never = {
        "late": _is_past(found, now),
        "no_show": now < found.starts_at,
        booking_undo.ACT: timezone.localtime(now).date() != day,
    }
    possible = states.possible("appointment", found.status)
    return [act for act in possible if not never.get(act, False)]


@page("booking.change", opens="visit")
@require_POST
def mark(request: PageRequest, visit: uuid.UUID) -> HttpResponseBase:
    """This function will note arrived, late, not come, done or cancelled."""
    found = _get(request, visit)
    act = request.POST.get("what", "")
    if act not in labels.VISIT_ACTS or act in {"booked", "moved"}:
        raise BadValue("what", N_("is not known"))
    do: dict[str, Any] = {
        "actor": request.actor, "uid": act_of(request), "at": request.at,
        "appointment": found.id,
    }  # fmt: skip
    if act == booking_undo.ACT:
        booking_undo.restore(**do)
    else:
        booking.mark(**do, act=act, reason=request.POST.get("reason", ""))
    messages.success(request, _("Noted: {act}.").format(act=labels.word(labels.VISIT_ACTS, act)))
    if request.POST.get("back") == "today":
        return redirect("today")
    return redirect("booking_visit", found.id)


@page("booking.change", opens="visit")
@require_POST
def move(request: PageRequest, visit: uuid.UUID) -> HttpResponseBase:
    """This function will move a visit, alone or with the infusions after it."""
    found = _get(request, visit)
    form = MoveForm(request.POST, clinic=request.actor.clinic, visit=found)
    if form.is_valid():
        try:
            _move(request, found, form.cleaned_data)
        except BadValue as error:
            form_errors(form, error)
        except Conflict as error:
            form.add_error(None, say(error.message))
        else:
            messages.success(request, _("The visit is moved."))
            return redirect("booking_visit", found.id)
    return _page(request, found, form)


def _move(request: PageRequest, found: AppointmentView, data: dict[str, Any]) -> None:
    clinic = request.actor.clinic
    starts_at = moment_of(clinic, data["day"], data["time"])
    chair = uuid.UUID(data["chair"]) if data["chair"] else None
    who: dict[str, Any] = {"actor": request.actor, "uid": act_of(request), "at": request.at}
    if found.kind == "infusion" and chair is None:
        raise BadValue("chair", N_("An infusion needs a chair."))
    if data.get("rest") and chair is not None:
        because = booking_series.move_rest(
            **who, appointment=found.id, starts_at=starts_at, chair=chair, reason=data["reason"]
        )
        if because is not None:
            messages.warning(request, say(because))
        return
    wanted = booking_series.kept_length(
        clinic=clinic, appointment=found.id, starts_at=starts_at, at=request.at, chair=chair,
        practitioner=uuid.UUID(data["practitioner"]) if data["practitioner"] else None,
    )  # fmt: skip
    booking.move(
        **who, appointment=found.id, wanted=wanted, reason=data["reason"], anyway=data["anyway"]
    )


@page("booking.change", opens="visit")
@require_POST
def escort(request: PageRequest, visit: uuid.UUID) -> HttpResponseBase:
    """This function will note who takes the patient home."""
    found = _get(request, visit)
    form = EscortForm(request.POST)
    if not form.is_valid():
        move_form = MoveForm(None, clinic=request.actor.clinic, visit=found)
        return _page(request, found, move_form, form)
    booking.name_escort(
        actor=request.actor, uid=act_of(request), at=request.at, appointment=found.id,
        **form.cleaned_data,
    )  # fmt: skip
    messages.success(request, _("The escort is noted."))
    return redirect("booking_visit", found.id)


urlpatterns = [
    path("visits/<uuid:visit>", show, name="booking_visit"),
    path("visits/<uuid:visit>/mark", mark, name="booking_mark"),
    path("visits/<uuid:visit>/move", move, name="booking_move"),
    path("visits/<uuid:visit>/escort", escort, name="booking_escort"),
]
