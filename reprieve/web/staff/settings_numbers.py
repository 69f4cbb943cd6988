"""The clinic's numbers: guard-rails of dose, safety rules, days and hours, ladder of boosters."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from reprieve.clinical import own_numbers as bounds
from reprieve.knowledge import N_
from reprieve.pathway import approval, booster_ladder, orders, own_numbers
from reprieve.pathway.approval import Approval
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import ladders, safety_numbers
from reprieve.web import ladder_view, number_view
from reprieve.web.access import PageRequest, page
from reprieve.web.approve import approved
from reprieve.web.limit_view import Past
from reprieve.web.number_forms import NumbersForm
from reprieve.web.number_view import Group

UNPROCESSABLE = 422
HOUSE, DOSES = "house", "doses"


@page("clinic.settings", opens="settings")
def numbers(request: PageRequest) -> HttpResponse:
    """This function will list the numbers in force, with their defaults and their history."""
    groups = _groups(request)
    history = _history(request)
    usual = booster_ladder.shipped()
    steps = ladder_view.lines(ladders.in_force(clinic=request.actor.clinic, at=request.at), usual)
    own = any(one.is_own for group in groups.values() for one in group.numbers)
    context = {
        "groups": groups.values(), "history": history, "ladder": steps,
        "ladder_source": booster_ladder.source(), "own": own or any(one.is_own for one in steps),
        "newest": history[0] if history else None,
        "may_change": allowed(request.actor, approval.ACT),
    }  # fmt: skip
    return render(request, "staff/settings/numbers.html", context)


@page("clinic.settings", opens="settings")
def group(request: PageRequest, name: str) -> HttpResponseBase:
    """This function will set numbers that stand together, or put them back to the default."""
    found = _groups(request).get(name)
    if found is None:
        raise NotFound(N_("There are no such numbers."))
    seen = approval.version(clinic=request.actor.clinic, keys=_keys(name), at=request.at)
    form = NumbersForm(request.POST or None, group=found, initial={"seen": seen})
    act = _act(name, request, form)
    if request.method == "POST" and form.is_valid() and approved(request, form, act):
        messages.success(request, _("The numbers are in force."))
        return redirect("settings_numbers")
    context = {"form": form, "group": found, "tighten": name != HOUSE}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "staff/settings/number.html", context, status=status)


def _act(name: str, request: PageRequest, form: NumbersForm) -> Callable[[Approval], None]:
    back = "default" in request.POST

    def act(asked: Approval) -> None:
        exact: Any = form.defaults() if back else form.exact()
        plain: Any = form.defaults() if back else form.numbers()
        if name == DOSES:
            own_numbers.set_doses(asked, changes={k: Decimal(v) for k, v in exact.items()})
        elif name == HOUSE:
            own_numbers.set_house(asked, numbers=plain)
        else:
            own_numbers.set_rule(asked, rule=name, numbers=plain)

    return act


def _groups(request: PageRequest) -> dict[str, Group]:
    clinic, at = request.actor.clinic, request.at
    found = [
        number_view.of_house(own_numbers.house(clinic=clinic, at=at)),
        number_view.of_doses(own_numbers.doses(clinic=clinic, at=at)),
        *number_view.of_rules(own_numbers.rules(clinic=clinic, at=at)),
    ]
    return {one.name: one for one in found}


def _keys(name: str) -> list[str]:
    kept = {HOUSE: list(bounds.house()), DOSES: [orders.OWN_LIMITS]}
    return kept.get(name, [safety_numbers.KEY])


def _history(request: PageRequest) -> list[Past]:
    """Every change, the newest first: what held from then on in place of the defaults."""
    words = {
        safety_numbers.KEY: _("Safety rules"), orders.OWN_LIMITS: _("Guard-rails of dose"),
        ladders.LADDER: _("Ladder of boosters"),
        **{key: number_view.label(key) for key in bounds.house()},
    }  # fmt: skip
    say = {ladders.LADDER: ladder_view.said}
    found = [
        Past(since=one.since, by=one.by, reason=one.reason,
             changes=(f"{words[key]}: {say.get(key, number_view.said)(one.value)}",))
        for key in words
        for one in approval.history(clinic=request.actor.clinic, key=key, at=request.at)
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.since, reverse=True)


urlpatterns = [
    path("settings/numbers", numbers, name="settings_numbers"),
    path("settings/numbers/<str:name>", group, name="settings_number"),
]
