"""A clinician is away: note it, see whose visits it touches, and move or cancel them all."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import booking_absence
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import booking as queries
from reprieve.web import booking_grid
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.days import MomentField
from reprieve.web.words import form_errors


class AbsenceForm(forms.Form):
    """Who is away, and when."""

    practitioner = forms.ChoiceField(label=_lazy("Who"))
    starts_at = MomentField(label=_lazy("Away from"))
    ends_at = MomentField(label=_lazy("Back at"))
    reason = forms.CharField(
        label=_lazy("Reason"), required=False, max_length=200,
        help_text=_lazy("Everybody who books reads it: write “course” or “away”, no illness."),
    )  # fmt: skip

    def __init__(self, data: Any, *, clinic: uuid.UUID) -> None:
        super().__init__(data)
        self.fields["practitioner"].choices = booking_grid.clinicians(clinic)  # type: ignore[attr-defined]


@page("booking.absence", opens="absences")
def absences(request: PageRequest) -> HttpResponseBase:
    """This function will list who is away, and note a new absence."""
    clinic = request.actor.clinic
    form = AbsenceForm(request.POST or None, clinic=clinic)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = booking_absence.note(
                actor=request.actor, uid=act_of(request), at=request.at,
                practitioner=uuid.UUID(data.pop("practitioner")), **data,
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The absence is noted."))
            return redirect("absence", made)
    away = queries.absences_after(clinic=clinic, at=request.at)
    context = {"form": form, "away": away}
    status = 422 if form.is_bound else 200
    return render(request, "staff/booking/absences.html", context, status=status)


@page("booking.absence", opens="absence")
def absence(request: PageRequest, absence: uuid.UUID) -> HttpResponse:
    """This function will show the visits that an absence touches, and what can be done."""
    clinic = request.actor.clinic
    away = next(
        (one for one in queries.absences_after(clinic=clinic, at=request.at) if one.id == absence),
        None,
    )
    if away is None:
        raise NotFound(N_("There is no such absence."))
    visits = booking_absence.affected(clinic=clinic, absence=absence)
    request.shown += [str(visit.patient) for visit in visits]
    others = [(key, name) for key, name in booking_grid.clinicians(clinic)
              if key != str(away.practitioner)]  # fmt: skip
    context = {
        "away": away, "visits": booking_grid.shown(clinic, visits), "others": others,
        "may_change": allowed(request.actor, "booking.change"),
    }  # fmt: skip
    return render(request, "staff/booking/absence.html", context)


@page("booking.change", opens="absence")
@require_POST
def settle(request: PageRequest, absence: uuid.UUID) -> HttpResponseBase:
    """This function will move every affected visit, or cancel them all."""
    who: dict[str, Any] = {"actor": request.actor, "uid": act_of(request), "at": request.at}
    if request.POST.get("what") == "cancel":
        count = booking_absence.cancel_all(
            **who, absence=absence, reason=request.POST.get("reason", "")
        )
        messages.success(
            request,
            ngettext("{n} visit is cancelled.", "{n} visits are cancelled.", count).format(n=count),
        )
        return redirect("absence", absence)
    left = booking_absence.settle(**who, absence=absence, to=_person(request.POST.get("to", "")))
    if left:
        words = ngettext(
            "{n} visit found no free place and stays: choose yourself.",
            "{n} visits found no free place and stay: choose yourself.",
            len(left),
        )
        messages.error(request, words.format(n=len(left)))
    else:
        messages.success(request, _("All visits are moved."))
    return redirect("absence", absence)


def _person(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise BadValue("to", N_("is not known")) from error


@page("booking.absence", opens="absence")
@require_POST
def take_back(request: PageRequest, absence: uuid.UUID) -> HttpResponseBase:
    """This function will remove an absence."""
    booking_absence.take_back(
        actor=request.actor, uid=act_of(request), at=request.at, absence=absence
    )
    messages.success(request, _("The absence is removed."))
    return redirect("absences")


urlpatterns = [
    path("absences", absences, name="absences"),
    path("absences/<uuid:absence>", absence, name="absence"),
    path("absences/<uuid:absence>/settle", settle, name="absence_settle"),
    path("absences/<uuid:absence>/remove", take_back, name="absence_remove"),
]
