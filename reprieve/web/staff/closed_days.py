"""Days on which the clinic is closed: read by all who book, closed and opened by its manager."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from reprieve.knowledge import BadValue
from reprieve.pathway import closed_days
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import closed_calls, patients
from reprieve.records.queries import closed_days as queries
from reprieve.records.queries.closed_calls import Unowned
from reprieve.records.queries.closed_days import ClosedDay
from reprieve.web import booking_grid
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.days import DayField
from reprieve.web.words import form_errors

UNPROCESSABLE = 422


class SpanForm(forms.Form):
    """A day, or the days from one to another."""

    first = DayField(label=_lazy("First day"))
    last = DayField(
        label=_lazy("Last day"), required=False, help_text=_lazy("Empty: that one day.")
    )

    def span(self) -> dict[str, date]:
        """Give the first and the last day."""
        first = self.cleaned_data["first"]
        return {"first": first, "last": self.cleaned_data["last"] or first}


class ClosedForm(SpanForm):
    """Days to close, and why."""

    reason = forms.CharField(
        label=_lazy("Reason"), max_length=closed_days.LONGEST_REASON,
        help_text=_lazy("Everybody who books reads it: “Thanksgiving”, “new floor”."),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days in a row that were closed together."""

    first: ClosedDay
    last: ClosedDay


@page("booking.open", opens="closed days")
def closed(request: PageRequest) -> HttpResponse:
    """This function will list the closed days to come, and what is still booked there."""
    return _shown(request, ClosedForm())


@page("clinic.settings", opens="closed days")
@require_POST
def close(request: PageRequest) -> HttpResponseBase:
    """This function will close a day or several in a row."""
    form = ClosedForm(request.POST)
    if form.is_valid():
        try:
            count = closed_days.close(
                actor=request.actor, uid=act_of(request), at=request.at, **form.span(),
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        else:
            words = ngettext("{n} day is closed.", "{n} days are closed.", count)
            messages.success(request, words.format(n=count))
            return redirect("closed_days")
    return _shown(request, form)


@page("clinic.settings", opens="closed days")
@require_POST
def open_again(request: PageRequest) -> HttpResponseBase:
    """This function will take closed days back."""
    form = SpanForm(request.POST)
    if not form.is_valid():
        raise BadValue("first", str(form.errors.as_text()))
    closed_days.open_again(actor=request.actor, uid=act_of(request), at=request.at, **form.span())
    messages.success(request, _("Visits can be booked there again."))
    return redirect("closed_days")


def _shown(request: PageRequest, form: ClosedForm) -> HttpResponse:
    clinic = request.actor.clinic
    found = queries.touched(clinic=clinic, at=request.at)
    visits = booking_grid.shown(clinic, [one.visit for one in found])
    request.shown += sorted({str(one.visit.patient) for one in found})
    context = {
        "form": form, "spans": spans(queries.standing(clinic=clinic, at=request.at)),
        "touched": list(zip(found, visits, strict=True)),
        "open": sum(not one.is_settled for one in found),
        "calls": _calls(request),
        "may_change": allowed(request.actor, closed_days.ACT),
        "may_book": allowed(request.actor, "booking.change"),
    }  # fmt: skip
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "staff/settings/closed_days.html", context, status=status)


def _calls(request: PageRequest) -> list[tuple[Unowned, str]]:
    """The calls after 24 hours that fall on a closed day, with whom to call."""
    found = closed_calls.unowned(clinic=request.actor.clinic, at=request.at)
    ids = sorted({one.patient for one in found})
    request.shown += [str(one) for one in ids]
    who = patients.many(clinic=request.actor.clinic, patients=ids)
    return [(one, who[one.patient].identity.full_name) for one in found]


def spans(days: Sequence[ClosedDay]) -> list[Span]:
    """This function will join days in a row that were closed together, for one reason."""
    found: list[Span] = []
    for one in days:
        before = found[-1].last if found else None
        if before and (before.day + timedelta(days=1), before.reason, before.since) == (
            one.day, one.reason, one.since,
        ):  # fmt: skip
            found[-1] = Span(first=found[-1].first, last=one)
        else:
            found.append(Span(first=one, last=one))
    return found


urlpatterns = [
    path("closed-days", closed, name="closed_days"),
    path("closed-days/close", close, name="closed_days_close"),
    path("closed-days/open", open_again, name="closed_days_open"),
]
