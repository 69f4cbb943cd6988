"""Emergency access: ask for it with a reason, and look at each afterwards."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from reprieve.knowledge import BadValue
from reprieve.pathway import emergency
from reprieve.records.queries import emergencies
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.collect import NavItem
from reprieve.web.words import form_errors


class ReasonForm(forms.Form):
    """Why it cannot wait for somebody whose role includes it."""

    reason = forms.CharField(
        label=_lazy("Why can it not wait?"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


@page("emergency.open", opens="emergency access")
def ask(request: PageRequest) -> HttpResponseBase:
    """This function will open the records for an hour, once a reason is given."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            emergency.open_records(
                actor=request.actor, uid=act_of(request), at=request.at,
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        else:
            messages.warning(request, _("The records are open to you for one hour."))
            return redirect("patients")
    status = 422 if form.is_bound else 200
    return render(request, "staff/emergency_access/ask.html", {"form": form}, status=status)


@page("emergency.review", opens="emergency accesses")
def listed(request: PageRequest) -> HttpResponse:
    """This function will list the emergency accesses, those not looked at first."""
    lines = emergencies.every(clinic=request.actor.clinic)
    return render(request, "staff/emergency_access/list.html", {"lines": lines})


@page("emergency.review", opens="emergency accesses")
@require_POST
def review(request: PageRequest, emergency_id: uuid.UUID) -> HttpResponseBase:
    """This function will keep what was found out about one."""
    emergency.review(
        actor=request.actor, uid=act_of(request), at=request.at, access=emergency_id,
        justified=bool(request.POST.get("justified")), note=request.POST.get("note", ""),
    )  # fmt: skip
    messages.success(request, _("It is kept."))
    return redirect("emergency_accesses")


urlpatterns = [
    path("emergency-access", ask, name="emergency_access"),
    path("audit/emergency", listed, name="emergency_accesses"),
    path("audit/emergency/<uuid:emergency_id>", review, name="emergency_review"),
]
NAV = [
    NavItem(label=_lazy("Emergency access"), url_name="emergency_access",
            permission="emergency.open", order=97, icon="alert"),
    NavItem(label=_lazy("Emergency accesses"), url_name="emergency_accesses",
            permission="emergency.review", order=98, icon="alert"),
]  # fmt: skip
