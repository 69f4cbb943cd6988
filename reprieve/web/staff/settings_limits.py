"""The alarm limits of the clinic and of each regimen: what holds, set anew, put back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from reprieve.clinical.regimens import regimen as regimen_of
from reprieve.clinical.regimens import regimens
from reprieve.knowledge import N_
from reprieve.monitoring import own_limits
from reprieve.monitoring.limits import Limit
from reprieve.pathway import alarm_limits, approval
from reprieve.pathway.alarm_limits import Place
from reprieve.pathway.approval import Approval
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import allowed
from reprieve.web import infusion_words, limit_view
from reprieve.web.access import PageRequest, page
from reprieve.web.approve import ApproveForm, approved
from reprieve.web.limit_forms import LimitsForm

UNPROCESSABLE = 422
Act = Callable[[Approval], None]


@page("clinic.settings", opens="settings")
def limits(request: PageRequest, regimen: str = "") -> HttpResponseBase:
    """This function will list the limits in force, with their defaults and their history.

    Posted, it takes all of the place's own limits back.
    """
    place = _place(regimen)
    form = ApproveForm(request.POST or None, initial={"seen": _seen(request, place)})
    if request.method == "POST" and form.is_valid():

        def take_back(asked: Approval) -> None:
            alarm_limits.to_default(asked, place=place)

        if approved(request, form, take_back):
            messages.success(request, _("The defaults are in force again."))
            return redirect(_address(place))
    context = {**_shown(request, place), "form": form}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "staff/settings/limits.html", context, status=status)


@page("clinic.settings", opens="settings")
def sign(request: PageRequest, signal: str, regimen: str = "") -> HttpResponseBase:
    """This function will set the limits of one sign anew, or put them back to the default."""
    place = _place(regimen)
    now = [one for one in _now(request, place) if one.signal == signal and one.name]
    if not now:
        raise NotFound(N_("There is no such sign."))
    form = LimitsForm(
        request.POST or None, limits=now, initial={"seen": _seen(request, place)}
    )
    if request.method == "POST" and form.is_valid() and _done(request, form, place, now):
        return redirect(_address(place))
    context = {
        **_who(place), "form": form, "title": infusion_words.signal(signal),
        "back": _address(place), "looser": looser(form),
    }  # fmt: skip
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "staff/settings/limit.html", context, status=status)


def _done(request: PageRequest, form: LimitsForm, place: Place, now: list[Limit]) -> bool:
    def keep(asked: Approval) -> None:
        alarm_limits.set_limits(asked, place=place, wanted=form.wanted())

    def take_back(asked: Approval) -> None:
        alarm_limits.to_default(asked, place=place, names=[one.name for one in now])

    return pressed(request, form, keep=keep, take_back=take_back)


def pressed(request: PageRequest, form: LimitsForm, *, keep: Act, take_back: Act) -> bool:
    """This function will keep the form's limits or take them back, as the button pressed says.

    What is looser than the default now is said again.
    """
    back = "default" in request.POST
    if not approved(request, form, take_back if back else keep):
        return False
    messages.success(request, _("The limits are in force."))
    if not back:
        _warn(request, form)
    return True


def _warn(request: PageRequest, form: LimitsForm) -> None:
    loose = "; ".join(looser(form))
    if loose:
        said = _("Looser than the product's default: {limits}")
        messages.warning(request, said.format(limits=loose))


def looser(form: LimitsForm) -> list[str]:
    """This function will say the form's limits that are looser than the product's default."""
    if not form.is_bound or not form.has_limits():
        return []
    wanted = form.wanted()
    asked = [own_limits.as_wanted(one, wanted[one.name]) for one in form.limits]
    return [
        limit_view.said(one)
        for one in asked
        if own_limits.is_looser(one, than=own_limits.default(one.name))
    ]


def _shown(request: PageRequest, place: Place) -> dict[str, Any]:
    clinic = request.actor.clinic
    below = {x.name: x for x in alarm_limits.base(clinic=clinic, place=place, at=request.at)}
    source, confirmed = limit_view.source()
    found = alarm_limits.history(clinic=clinic, place=place, at=request.at)
    signs = limit_view.signs(
        _now(request, place), below=below, href=lambda signal: _address(place, signal)
    )
    return {
        **_who(place), "may_change": allowed(request.actor, approval.ACT), "signs": signs,
        "source": source, "confirmed": confirmed,
        "own": any(line.is_own for sign in signs for line in sign.lines),
        "newest": found[0] if found else None, "history": limit_view.history(found),
        "places": [(n, _(r.name)) for n, r in regimens().items()],
    }  # fmt: skip


def _who(place: Place) -> dict[str, Any]:
    return {
        "regimen": place.regimen,
        "regimen_name": _(regimen_of(place.regimen).name) if place.regimen else "",
    }


def _place(regimen: str) -> Place:
    if regimen and regimen not in regimens():
        raise NotFound(N_("There is no such regimen."))
    return Place(regimen=regimen)


def _now(request: PageRequest, place: Place) -> tuple[Limit, ...]:
    return alarm_limits.in_force(clinic=request.actor.clinic, place=place, at=request.at)


def _seen(request: PageRequest, place: Place) -> str:
    return approval.version(clinic=request.actor.clinic, keys=[place.key], at=request.at)


def _address(place: Place, signal: str = "") -> str:
    name = f"settings_limit{'' if signal else 's'}{'_regimen' if place.regimen else ''}"
    return reverse(name, args=[part for part in (place.regimen, signal) if part])


urlpatterns = [
    path("settings/limits", limits, name="settings_limits"),
    path("settings/limits/sign/<str:signal>", sign, name="settings_limit"),
    path("settings/limits/regimen/<str:regimen>", limits, name="settings_limits_regimen"),
    path(
        "settings/limits/regimen/<str:regimen>/<str:signal>", sign, name="settings_limit_regimen"
    ),
]
