"""Conditions, medicines, therapies tried and allergies: add one line, or take one off."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from reprieve.clinical import conditions, medicine_names
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import history
from reprieve.pathway.errors import NotFound
from reprieve.records.queries import medicines, problems
from reprieve.web import patient_page
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.words import form_errors, say

CLASSES = {
    "tca": _lazy("Tricyclic antidepressant"), "snri": _lazy("SNRI antidepressant"),
    "gabapentinoid": _lazy("Gabapentinoid"), "topical": _lazy("On the skin"),
    "opioid": _lazy("Opioid or tramadol"), "other": _lazy("Other medicine"),
    "not a medicine": _lazy("Not a medicine (physiotherapy, procedure, psychological)"),
}  # fmt: skip
OUTCOMES = {
    "no effect": _lazy("No effect"), "partial": _lazy("Some effect"),
    "intolerant": _lazy("Not tolerated"), "contraindicated": _lazy("Could not be given"),
    "declined": _lazy("Declined"), "effective": _lazy("Worked"),
}  # fmt: skip


def _codes() -> list[tuple[str, str]]:
    known = conditions.conditions().values()
    return [("", _("Not in the list")), *((c.code, f"{say(c.label)} ({c.code})") for c in known)]


class ConditionForm(forms.Form):
    """A pain condition from the list, or in own words."""

    code = forms.ChoiceField(label=_lazy("Condition"), choices=_codes, required=False)
    label = forms.CharField(
        label=_lazy("In your own words, when it is not in the list"), max_length=200, required=False
    )
    onset = forms.CharField(label=_lazy("Since (year or date)"), max_length=20, required=False)


class MedicineForm(forms.Form):
    """A medicine that is taken."""

    name = forms.CharField(
        label=_lazy("Generic name"), max_length=120,
        widget=forms.TextInput(attrs={"list": "medicines", "autocomplete": "off"}),
    )  # fmt: skip
    dose = forms.CharField(label=_lazy("Dose and times"), max_length=80, required=False)
    mg_per_day = forms.DecimalField(
        label=_lazy("Milligrams a day (for opioids)"), max_digits=10, decimal_places=3,
        required=False,
    )  # fmt: skip


class TherapyForm(forms.Form):
    """A therapy that was tried, and how it ended."""

    name = forms.CharField(
        label=_lazy("Therapy"), max_length=120,
        widget=forms.TextInput(attrs={"list": "medicines", "autocomplete": "off"}),
    )  # fmt: skip
    drug_class = forms.ChoiceField(label=_lazy("Kind"), choices=list(CLASSES.items()))
    dose = forms.CharField(label=_lazy("Highest dose"), max_length=80, required=False)
    weeks = forms.IntegerField(
        label=_lazy("Weeks at an adequate dose"), min_value=0, max_value=5200, required=False
    )
    outcome = forms.ChoiceField(
        label=_lazy("How it ended"), choices=list(OUTCOMES.items()), widget=forms.RadioSelect
    )


class AllergyForm(forms.Form):
    """An allergy as stated."""

    substance = forms.CharField(label=_lazy("Allergic to"), max_length=120)
    reaction = forms.CharField(label=_lazy("What happened"), max_length=200, required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list: its words, its form, how a line is added, and what "none" is called."""

    title: Any
    form: type[forms.Form]
    add: Callable[..., uuid.UUID]
    ends: str
    button: Any
    none: Callable[..., uuid.UUID] | None = None
    none_words: Any = ""


LISTS = {
    "conditions": Listing(
        title=_lazy("Pain condition"), form=ConditionForm, add=history.add_condition,
        ends="condition", button=_lazy("Add the condition"),
    ),
    "medicines": Listing(
        title=_lazy("Medicines taken"), form=MedicineForm, add=history.add_medicine,
        ends="medicine", button=_lazy("Add the medicine"), none=history.takes_nothing,
        none_words=_lazy("Takes no medicine"),
    ),
    "therapies": Listing(
        title=_lazy("Therapies tried"), form=TherapyForm, add=history.add_therapy,
        ends="medicine", button=_lazy("Add the therapy"),
    ),
    "allergies": Listing(
        title=_lazy("Allergies"), form=AllergyForm, add=history.add_allergy,
        ends="allergy", button=_lazy("Add the allergy"), none=history.no_allergies,
        none_words=_lazy("No allergy known"),
    ),
}  # fmt: skip


@page("evaluation.open", opens="list")
def entries(request: PageRequest, patient: uuid.UUID, kind: str) -> HttpResponseBase:
    """This function will show one list and add a line to it."""
    header = patient_page.opened(request, patient)
    listing = _listing(kind)
    form = listing.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            listing.add(
                actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
                **form.cleaned_data,
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Added."))
            return redirect("evaluation_list", patient, kind)
    shown = {
        **patient_page.context(request, header), "listing": listing, "kind": kind, "form": form,
        "rows": _rows(request.actor.clinic, patient, kind), "known": medicine_names.known(),
        "none_stated": _none_stated(request.actor.clinic, patient, kind),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "staff/evaluation/list.html", shown, status=status)


@page("evaluation.open", opens="list")
@require_POST
def none(request: PageRequest, patient: uuid.UUID, kind: str) -> HttpResponseBase:
    """This function will note that there is none: an answer, not a gap."""
    listing = _listing(kind)
    if listing.none is None:
        raise NotFound(N_("There is nothing to say here."))
    listing.none(actor=request.actor, uid=act_of(request), at=request.at, patient=patient)
    messages.success(request, listing.none_words)
    return redirect("evaluation_list", patient, kind)


@page("evaluation.open", opens="list")
@require_POST
def end(request: PageRequest, patient: uuid.UUID, kind: str, row: uuid.UUID) -> HttpResponseBase:
    """This function will take a line off a list; it stays on record."""
    history.end(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
        kind=_listing(kind).ends, row=row,
    )  # fmt: skip
    messages.success(request, _("Taken off the list. It stays on record."))
    return redirect("evaluation_list", patient, kind)


def _listing(kind: str) -> Listing:
    if kind not in LISTS:
        raise NotFound(N_("There is no such list."))
    return LISTS[kind]


def _rows(clinic: uuid.UUID, patient: uuid.UUID, kind: str) -> list[tuple[uuid.UUID, str, str]]:
    """Each line as its id, its words and what stands beside them."""
    asked = {"clinic": clinic, "patient": patient}
    if kind == "conditions":
        return [(c.id, c.label, " ".join((c.code, c.onset))) for c in problems.conditions(**asked)]
    if kind == "allergies":
        listed = problems.allergies(**asked)
        return [(a.id, a.substance, a.reaction) for a in listed if not a.none_known]
    if kind == "medicines":
        return [(m.id, m.name, m.dose) for m in medicines.current(**asked).medicines]
    return [(t.id, t.name, tried(t)) for t in medicines.tried(**asked)]


def tried(therapy: medicines.MedicineView) -> str:
    """This function will say a therapy's class, dose, weeks and end in one line."""
    weeks = "" if therapy.weeks is None else _("{n} weeks").format(n=therapy.weeks)
    parts = (
        CLASSES.get(therapy.drug_class, therapy.drug_class), therapy.dose, weeks,
        OUTCOMES.get(therapy.outcome, therapy.outcome),
    )  # fmt: skip
    return ", ".join(str(part) for part in parts if part)


def _none_stated(clinic: uuid.UUID, patient: uuid.UUID, kind: str) -> bool:
    if kind == "allergies":
        return any(a.none_known for a in problems.allergies(clinic=clinic, patient=patient))
    return kind == "medicines" and medicines.current(clinic=clinic, patient=patient).asked


urlpatterns = [
    path("patients/<uuid:patient>/evaluation/lists/<str:kind>", entries, name="evaluation_list"),
    path("patients/<uuid:patient>/evaluation/lists/<str:kind>/none", none,
         name="evaluation_list_none"),
    path("patients/<uuid:patient>/evaluation/lists/<str:kind>/<uuid:row>/end", end,
         name="evaluation_list_end"),
]  # fmt: skip
