"""The ladder of boosters: how far apart they are proposed while relief holds, step by step."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from reprieve.pathway import approval, booster_ladder
from reprieve.pathway.approval import Approval
from reprieve.records.queries import ladders
from reprieve.web.access import PageRequest, page
from reprieve.web.approve import approved
from reprieve.web.ladder_forms import LadderForm

UNPROCESSABLE = 422


@page("clinic.settings", opens="settings")
def ladder(request: PageRequest) -> HttpResponseBase:
    """This function will set the clinic's ladder, or put it back to the default."""
    clinic, at = request.actor.clinic, request.at
    seen = approval.version(clinic=clinic, keys=[ladders.LADDER], at=at)
    now = ladders.in_force(clinic=clinic, at=at)
    form = LadderForm(request.POST or None, ladder=now, initial={"seen": seen})

    def act(asked: Approval) -> None:
        usual = booster_ladder.shipped()
        if "default" in request.POST:
            steps, gap = list(usual.steps), usual.min_gap_days
        else:
            steps, gap = form.steps(), form.cleaned_data["min_gap_days"]
        booster_ladder.set_ladder(asked, steps=steps, min_gap_days=gap)

    if request.method == "POST" and form.is_valid() and approved(request, form, act):
        messages.success(request, _("The numbers are in force."))
        return redirect("settings_numbers")
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "staff/settings/ladder.html", {"form": form}, status=status)


urlpatterns = [path("settings/ladder", ladder, name="settings_ladder")]
