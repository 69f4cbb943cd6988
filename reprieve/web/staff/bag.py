"""The bag: its recipe, its label, and the blind check by a second person."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import bags, double_checks
from reprieve.pathway.errors import NotFound, NotNow, PathwayError
from reprieve.records.queries import bags as bag_list
from reprieve.records.queries import gate_visits as visits
from reprieve.records.queries import orders as order_list
from reprieve.records.queries.bags import BagView
from reprieve.records.queries.gate_visits import VisitView
from reprieve.web import amounts, patient_page
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.bag_forms import FORMS, MORE, BagForm, CheckForm
from reprieve.web.presenters import finding_card
from reprieve.web.second import colleagues, second_of
from reprieve.web.words import form_errors, say

UNPROCESSABLE = 422


@page("infusion.check", opens="bag")
def bag(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will work a bag out from the vial in hand, and show how it is made."""
    visit, context = _opened(request, encounter)
    form = BagForm(request.POST or None, changing=visit.state != "prepared")
    if request.method == "POST" and form.is_valid() and _prepared(request, encounter, form):
        messages.success(request, _("The bag is worked out. Make it, then have it checked."))
        return redirect("bag", encounter=encounter)
    context |= {
        "form": form, "bag": _newest(request, encounter),
        "main": [form[name] for name in form.fields if name not in MORE],
        "more": [form[name] for name in MORE],
    }  # fmt: skip
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "staff/bag/bag.html", context, status=status)


def _prepared(request: PageRequest, encounter: uuid.UUID, form: BagForm) -> bool:
    try:
        bags.prepare(
            actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter,
            mix=form.mix(),
        )  # fmt: skip
    except BadValue as error:
        form_errors(form, error)
    except PathwayError as error:
        form.add_error(None, say(error.message))
    return form.is_valid()


@page("infusion.check", opens="double-check")
def check(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will let a second person enter what they read, without the first's numbers."""
    visit, context = _opened(request, encounter)
    _needed_bag(request, encounter)
    form = CheckForm(request.POST or None, colleagues=colleagues(request.actor))
    done = _checked(request, encounter, form) if form.is_bound and form.is_valid() else None
    if done is not None and done.agrees:
        messages.success(request, _("Both found the same numbers."))
        return redirect("gate" if visit.state == "prepared" else "infusion", encounter=encounter)
    differs = [finding_card(f) for f in done.findings] if done else []
    context |= {"form": form, "differs": differs}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "staff/bag/check.html", context, status=status)


def _checked(
    request: PageRequest, encounter: uuid.UUID, form: CheckForm
) -> double_checks.Checked | None:
    data = form.cleaned_data
    try:
        return double_checks.check(
            actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter,
            second=second_of(request, person=data["second"], password=data["password"]),
            entered=form.entered(),
        )  # fmt: skip
    except BadValue as error:
        form_errors(form, error)
    except PathwayError as error:
        form.add_error(None, say(error.message))
    return None


@page("infusion.check", opens="bag label")
def label(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will print the label of the bag in use."""
    _, context = _opened(request, encounter)
    return render(
        request, "staff/bag/label.html",
        {**context, "bag": _needed_bag(request, encounter)},
    )  # fmt: skip


def _needed_bag(request: PageRequest, encounter: uuid.UUID) -> BagView:
    found = _newest(request, encounter)
    if found is None:
        raise NotNow(N_("Prepare the bag first."))
    return found


def _newest(request: PageRequest, encounter: uuid.UUID) -> BagView | None:
    found = bag_list.newest(clinic=request.actor.clinic, encounter=encounter)
    return None if found is None else replace(found, recipe=amounts.recipe(found.recipe))


def _opened(request: PageRequest, encounter: uuid.UUID) -> tuple[VisitView, dict[str, Any]]:
    visit = visits.one(clinic=request.actor.clinic, encounter=encounter)
    if visit is None:
        raise NotFound(N_("There is no such infusion."))
    header = patient_page.opened(request, visit.patient)
    request.shown.append(str(encounter))
    found = order_list.of_visit(clinic=request.actor.clinic, encounter=encounter)
    order = next((o for o in found if not o.as_needed and o.in_force), None)
    return visit, {
        **patient_page.context(request, header), "encounter": encounter, "visit": visit,
        "order": order, "form_words": FORMS,
    }  # fmt: skip


urlpatterns = [
    path("infusion/<uuid:encounter>/bag", bag, name="bag"),
    path("infusion/<uuid:encounter>/bag/check", check, name="double_check"),
    path("infusion/<uuid:encounter>/bag/label", label, name="bag_label"),
]
