"""The clinic's settings: how it is reached and when it opens, its chairs, who works there."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings as django_settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import accounts, house
from reprieve.pathway import clinic as clinics
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import ROLES
from reprieve.records.queries import clinics as queries
from reprieve.records.queries import people, settings
from reprieve.records.queries.people import StaffMember
from reprieve.web import readiness
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.collect import NavItem
from reprieve.web.house_forms import ChairForm, FactsForm, JoinForm, RolesForm, facts_shown
from reprieve.web.templatetags.reprieve import role_word
from reprieve.web.words import form_errors


@page("clinic.settings", opens="settings")
def facts(request: PageRequest) -> HttpResponseBase:
    """This function will show what the clinic says of itself, and keep what is changed."""
    clinic = request.actor.clinic
    chosen = settings.every(clinic=clinic, at=request.at)
    needed = accounts.factor_roles(
        clinic=clinic, at=request.at, by_default=django_settings.FACTOR_BY_DEFAULT
    )
    form = FactsForm(request.POST or None, initial=facts_shown(chosen, factor_roles=needed))
    if request.method == "POST" and form.is_valid():
        try:
            house.describe(**_who(request), facts=_without_defaults(form.facts(), chosen, needed))
        except BadValue as error:
            form.refused(error)
        else:
            readiness.forget_roles(clinic)
            messages.success(request, _("The settings are kept."))
            return redirect("settings")
    context = {"form": form, "clinic": queries.clinic(clinic), "missing": _missing(clinic),
               "warnings": import_string(django_settings.WARNINGS)()}  # fmt: skip
    return render(request, "staff/settings/facts.html", context, status=_status(form))


def _without_defaults(
    facts: dict[str, Any], chosen: dict[str, Any], needed: frozenset[str]
) -> dict[str, Any]:
    """Who needs a second factor follows from where the pages are served, until somebody chooses.

    A clinic that is tried out on one machine must not have chosen "nobody" by saving this form.
    """
    key = accounts.FACTOR_ROLES
    if key not in chosen and set(facts[key]) == needed:
        return {name: value for name, value in facts.items() if name != key}
    return facts


def _missing(clinic: uuid.UUID) -> dict[str, bool]:
    """What a clinic still needs before anybody can be treated."""
    clinicians = [m for m in people.staff(clinic=clinic) if m.active and m.roles & house.CARERS]
    return {"chairs": not queries.chairs(clinic=clinic), "staff": len(clinicians) < house.TWO}


@page("clinic.settings", opens="settings")
def chairs(request: PageRequest) -> HttpResponseBase:
    """This function will list the chairs, and add one."""
    form = ChairForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            clinics.add_chair(**_who(request), **form.values())
        except BadValue as error:
            form_errors(form, error)
        else:
            messages.success(request, _("The chair is added."))
            return redirect("settings_chairs")
    context = {"form": form, "chairs": queries.chairs(clinic=request.actor.clinic)}
    return render(request, "staff/settings/chairs.html", context, status=_status(form))


@page("clinic.settings", opens="settings")
def chair(request: PageRequest, chair: uuid.UUID) -> HttpResponseBase:
    """This function will change one chair, or take it out of use."""
    found = next((c for c in queries.chairs(clinic=request.actor.clinic) if c.id == chair), None)
    if found is None:
        raise NotFound(N_("There is no such chair."))
    shown = {"name": found.name, "bed": found.bed, "has_feed": "feed" if found.has_feed else ""}
    form = ChairForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        stays = "retire" not in request.POST
        try:
            house.change_chair(**_who(request), chair=chair, active=stays, **form.values())
        except BadValue as error:
            form_errors(form, error)
        else:
            done = _("The chair is changed.") if stays else _("The chair is out of use.")
            messages.success(request, done)
            return redirect("settings_chairs")
    context = {"form": form, "chair": found}
    return render(request, "staff/settings/chair.html", context, status=_status(form))


@page("staff.open", opens="staff")
def staff(request: PageRequest) -> HttpResponse:
    """This function will list who works here, with their roles."""
    members = [
        (one, ", ".join(str(role_word(role)) for role in ROLES if role in one.roles))
        for one in people.staff(clinic=request.actor.clinic)
    ]
    return render(request, "staff/settings/staff.html", {"members": members})


@page("staff.change", opens="staff")
def join(request: PageRequest) -> HttpResponseBase:
    """This function will add somebody with a sign-in."""
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            clinics.add_staff(**_who(request), **form.cleaned_data)
        except BadValue as error:
            form_errors(form, error)
        else:
            messages.success(request, _("They may sign in now."))
            return redirect("settings_staff")
    return render(request, "staff/settings/join.html", {"form": form}, status=_status(form))


@page("staff.change", opens="staff")
def member(request: PageRequest, practitioner: uuid.UUID) -> HttpResponseBase:
    """This function will change somebody's roles."""
    found = _member(request, practitioner)
    form = RolesForm(request.POST or None, member=found)
    if request.method == "POST" and form.is_valid():
        house.set_roles(
            **_who(request), practitioner=practitioner, roles=form.cleaned_data["roles"]
        )
        messages.success(request, _("The roles are changed."))
        return redirect("settings_staff")
    context = {"form": form, "member": found}
    return render(request, "staff/settings/member.html", context, status=_status(form))


@page("staff.change", opens="staff")
@require_POST
def leave(request: PageRequest, practitioner: uuid.UUID) -> HttpResponseBase:
    """This function will end somebody's access at once, or open it again."""
    found = _member(request, practitioner)
    house.set_active(**_who(request), practitioner=practitioner, active=not found.active)
    done = _("Their access is ended.") if found.active else _("They may sign in again.")
    messages.success(request, done)
    return redirect("settings_staff")


@page("staff.change", opens="staff")
@require_POST
def reset_factor(request: PageRequest, practitioner: uuid.UUID) -> HttpResponseBase:
    """This function will take a lost second factor away."""
    accounts.reset_factor(**_who(request), practitioner=practitioner)
    messages.success(request, _("Their second factor is taken away, and they are signed out."))
    return redirect("settings_member", practitioner)


def _who(request: PageRequest) -> dict[str, Any]:
    return {"actor": request.actor, "uid": act_of(request), "at": request.at}


def _status(form: Any) -> int:
    return 422 if form.is_bound else 200


def _member(request: PageRequest, practitioner: uuid.UUID) -> StaffMember:
    found = people.member(clinic=request.actor.clinic, practitioner=practitioner)
    if found is None:
        raise NotFound(N_("There is no such member of staff."))
    return found


urlpatterns = [
    path("settings", facts, name="settings"),
    path("settings/chairs", chairs, name="settings_chairs"),
    path("settings/chairs/<uuid:chair>", chair, name="settings_chair"),
    path("settings/staff", staff, name="settings_staff"),
    path("settings/staff/new", join, name="settings_join"),
    path("settings/staff/<uuid:practitioner>", member, name="settings_member"),
    path("settings/staff/<uuid:practitioner>/factor", reset_factor, name="settings_factor"),
    path("settings/staff/<uuid:practitioner>/leave", leave, name="settings_leave"),
]
NAV = [
    NavItem(
        label=_lazy("Settings"), url_name="settings", permission="clinic.settings", order=95,
        icon="settings",
    )
]  # fmt: skip
