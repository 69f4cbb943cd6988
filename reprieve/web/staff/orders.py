"""Orders of one visit: what is in force, a new one, one by voice, and signatures that are due."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from reprieve.clinical import rescue
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import drug_facts, order_remaking, order_signing
from reprieve.pathway.errors import NotFound, PathwayError
from reprieve.pathway.permissions import DOCTORS, allowed
from reprieve.records.queries import gate_visits as visits
from reprieve.records.queries import orders as order_list
from reprieve.records.queries import patients
from reprieve.web import cautions, patient_page, reauth
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.collect import NavItem
from reprieve.web.orders_forms import AsNeededForm, SignChangeForm, VoiceForm, WithdrawForm
from reprieve.web.second import colleagues
from reprieve.web.words import form_errors, say

UNPROCESSABLE = 422


@page("infusion.open", opens="orders")
def orders(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will show the orders of a visit."""
    return _shown(request, encounter)


@page("infusion.prepare", opens="orders")
@require_POST
def from_plan(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will make the visit's orders from the plan; a doctor signs them."""
    if visits.one(clinic=request.actor.clinic, encounter=encounter) is None:
        raise NotFound(N_("There is no such infusion."))
    password = request.POST.get("password", "")
    if reauth.signs_orders(request.actor):
        try:
            reauth.confirm(request, password)
        except BadValue as error:
            return _unsigned(request, error, f"{reverse('gate', args=[encounter])}#drug")
    order_signing.from_plan(password=password, **_act(request, encounter))
    messages.success(request, _("The orders follow the plan and today's weight."))
    return redirect(f"{reverse('gate', args=[encounter])}#drug")


@page("order.sign", opens="orders")
@require_POST
def change(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will sign a new ketamine order that stands for the one in force."""
    form = SignChangeForm(request.POST, prefix="change")

    def sign(password: str) -> None:
        order_signing.sign_change(
            change=form.change(), password=password, **_act(request, encounter)
        )

    if _signed(request, form, sign):
        return redirect("orders", encounter=encounter)
    return _shown(request, encounter, change=form)


@page("order.sign", opens="orders")
@require_POST
def as_needed(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will sign an as-needed order, with the catalogue's limits or below them."""
    form = AsNeededForm(request.POST, prefix="needed")

    def sign(password: str) -> None:
        wanted = form.wanted(form.cleaned_data["drug"])
        order_signing.sign_as_needed(
            wanted=wanted, password=password, **_act(request, encounter)
        )

    if _signed(request, form, sign):
        return redirect("orders", encounter=encounter)
    return _shown(request, encounter, needed=form)


@page("order.verbal", opens="orders")
@require_POST
def withdraw(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will end an as-needed order: a doctor signs it, a nurse was told by voice."""
    form = _withdraw_form(request, _in_force(request, encounter), request.POST)

    def write() -> None:
        data, act = form.cleaned_data, _act(request, encounter)
        if reauth.signs_orders(request.actor):
            reauth.confirm(request, data["password"])
            order_signing.sign_withdrawal(**data, **act)
        else:
            order_signing.by_voice(spoken=form.spoken(), **act)

    if form.is_valid() and _written(form, write):
        messages.success(request, _("The order is withdrawn: no dose is given under it."))
        return redirect("orders", encounter=encounter)
    return _shown(request, encounter, ending=form)


def _in_force(request: PageRequest, encounter: uuid.UUID) -> list[str]:
    found = order_list.of_visit(clinic=request.actor.clinic, encounter=encounter)
    return [o.drug for o in found if o.as_needed and o.in_force and not o.withdrawn]


def _withdraw_form(request: PageRequest, ordered: list[str], data: Any = None) -> WithdrawForm:
    return WithdrawForm(
        data, prefix="end", ordered=ordered, doctors=colleagues(request.actor, DOCTORS),
        signs=reauth.signs_orders(request.actor),
    )  # fmt: skip


@page("order.verbal", opens="orders")
@require_POST
def by_voice(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will write down an order given by voice."""
    form = VoiceForm(request.POST, prefix="voice", doctors=colleagues(request.actor, DOCTORS))

    def write() -> None:
        order_signing.by_voice(spoken=form.spoken(), **_act(request, encounter))

    if form.is_valid() and _written(form, write):
        messages.success(request, _("Written down. The doctor's signature is due within a day."))
        return redirect("orders", encounter=encounter)
    return _shown(request, encounter, voice=form)


@page("order.cosign", opens="orders to sign")
def to_sign(request: PageRequest) -> HttpResponse:
    """This function will list the verbal orders that wait for the doctor's signature."""
    waiting = order_list.unsigned(
        clinic=request.actor.clinic, prescriber=request.actor.practitioner
    )
    ids = [order.patient for order in waiting]
    who = patients.many(clinic=request.actor.clinic, patients=ids)
    request.shown += [str(pk) for pk in who]
    lines = [
        {"order": order, "who": who[order.patient], "born": who[order.patient].identity.birth_date,
         "is_late": order.cosign_due is not None and order.cosign_due < request.at}
        for order in waiting
    ]  # fmt: skip
    return render(request, "staff/orders/to_sign.html", {"lines": lines})


@page("order.cosign", opens="orders to sign")
@require_POST
def cosign(request: PageRequest, order: uuid.UUID) -> HttpResponseBase:
    """This function will sign one verbal order by the doctor who gave it, password given again."""
    password = request.POST.get("password", "")
    try:
        reauth.confirm(request, password)
    except BadValue as error:
        return _unsigned(request, error, reverse("orders_to_sign"))
    order_signing.cosign(
        actor=request.actor, uid=act_of(request), at=request.at, order=order, password=password
    )
    messages.success(request, _("Signed."))
    return redirect("orders_to_sign")


def _unsigned(request: PageRequest, error: BadValue, back: str) -> HttpResponseBase:
    reason = _(str(error.reason))
    messages.error(request, _("Not signed: the password {reason}.").format(reason=reason))
    return redirect(back)


def _act(request: PageRequest, encounter: uuid.UUID) -> dict[str, Any]:
    return {
        "actor": request.actor, "uid": act_of(request), "at": request.at, "encounter": encounter,
    }  # fmt: skip


def _signed(request: PageRequest, form: forms.Form, sign: Callable[[str], None]) -> bool:
    """Let a doctor sign with the form's password; say that the new order holds."""

    def write() -> None:
        password = form.cleaned_data["password"]
        reauth.confirm(request, password)
        sign(password)

    if not (form.is_valid() and _written(form, write)):
        return False
    messages.success(request, _("The new order is in force."))
    return True


def _written(form: forms.Form, write: Callable[[], None]) -> bool:
    try:
        write()
    except BadValue as error:
        form_errors(form, error)
    except PathwayError as error:
        form.add_error(None, say(error.message))
    return form.is_valid()


def _shown(
    request: PageRequest, encounter: uuid.UUID, *, change: forms.Form | None = None,
    voice: forms.Form | None = None, needed: forms.Form | None = None,
    ending: forms.Form | None = None,
) -> HttpResponse:  # fmt: skip
    visit = visits.one(clinic=request.actor.clinic, encounter=encounter)
    if visit is None:
        raise NotFound(N_("There is no such infusion."))
    header = patient_page.opened(request, visit.patient)
    found = order_list.of_visit(clinic=request.actor.clinic, encounter=encounter)
    standing = [o for o in found if o.as_needed and o.in_force and not o.withdrawn]
    context = {
        **patient_page.context(request, header), "encounter": encounter, "visit": visit,
        "ketamine": [o for o in found if not o.as_needed],
        "rescue": [(o, rescue.drug(o.drug)) for o in standing],
        "withdrawn": [o for o in found if o.withdrawn and o.in_force],
        "smaller": cautions.smaller_doses(request, visit.patient),
        "needed": needed or AsNeededForm(prefix="needed"),
        "ending": ending or _withdraw_form(request, [o.drug for o in standing]),
        "needed_bound": needed is not None, "ending_bound": ending is not None,
        "not_asked": drug_facts.unanswered(
            clinic=request.actor.clinic, patient=visit.patient, at=request.at,
            drugs=[o.drug for o in standing],
        ),
        "change": change or SignChangeForm(prefix="change"),
        "voice": voice or VoiceForm(prefix="voice", doctors=colleagues(request.actor, DOCTORS)),
        "may_sign": allowed(request.actor, "order.sign"),
        "signs": reauth.signs_orders(request.actor),
        "not_remade": order_remaking.refusal(actor=request.actor, encounter=encounter),
        "change_bound": change is not None, "voice_bound": voice is not None,
    }  # fmt: skip
    status = UNPROCESSABLE if change or voice or needed or ending else 200
    return render(request, "staff/orders/orders.html", context, status=status)


urlpatterns = [
    path("infusion/<uuid:encounter>/orders", orders, name="orders"),
    path("infusion/<uuid:encounter>/orders/from-plan", from_plan, name="orders_from_plan"),
    path("infusion/<uuid:encounter>/orders/change", change, name="orders_change"),
    path("infusion/<uuid:encounter>/orders/as-needed", as_needed, name="orders_as_needed"),
    path("infusion/<uuid:encounter>/orders/withdraw", withdraw, name="orders_withdraw"),
    path("infusion/<uuid:encounter>/orders/by-voice", by_voice, name="orders_by_voice"),
    path("orders/to-sign", to_sign, name="orders_to_sign"),
    path("orders/<uuid:order>/sign", cosign, name="orders_cosign"),
]
NAV = [
    NavItem(label=gettext_lazy("Orders to sign"), url_name="orders_to_sign",
            permission="order.cosign", order=40, icon="note"),
]  # fmt: skip
