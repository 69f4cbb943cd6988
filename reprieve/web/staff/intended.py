"""What the product is for and what it is not, and whether its alarms sound and call."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reprieve.knowledge import BadValue
from reprieve.pathway import alarm_policy, alarms
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import settings
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.words import form_errors


class DutyForm(forms.Form):
    """Whether alarms sound, and why."""

    duty = forms.ChoiceField(
        label=_("Alarms on these screens"), widget=forms.RadioSelect,
        choices=[
            (alarm_policy.SECONDARY, _("second notice: they sound and call people")),
            (alarm_policy.RECORD_ONLY, _("record only: they are shown and written down")),
        ],
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=200)


@page("intended.open", opens="intended use")
def intended(request: PageRequest) -> HttpResponse:
    """This function will say what the product is for; the medical director chooses its duty."""
    clinic = request.actor.clinic
    chosen = settings.newest(clinic=clinic, key=alarm_policy.DUTY, at=request.at)
    now = chosen.value if chosen else alarm_policy.SECONDARY
    may = allowed(request.actor, "alarm.duty")
    form = DutyForm(request.POST or None, initial={"duty": now}) if may else None
    if request.method == "POST":
        done = _chosen(request, form or DutyForm(request.POST))
        if done is not None:
            return done
    return render(request, "staff/settings/intended.html", {
        "record_only": now == alarm_policy.RECORD_ONLY, "chosen": chosen, "form": form,
    }, status=422 if form is not None and form.errors else 200)  # fmt: skip


def _chosen(request: PageRequest, form: DutyForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        alarms.set_duty(
            actor=request.actor, uid=act_of(request), at=request.at, **form.cleaned_data
        )
    except BadValue as error:
        form_errors(form, error)
        return None
    messages.success(request, _now("The duty of alarms is kept."))
    return redirect("intended")


urlpatterns = [path("intended-use", intended, name="intended")]
