"""Conditions, medicines, therapies tried and allergies: add one line, or take one off."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
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

from reprieve.clinical import conditions, icd10, medicine_names, mme
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import history
from reprieve.pathway.errors import NotFound
from reprieve.records.queries import medicines, problems
from reprieve.web import patient_page, therapy_words
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.words import form_errors, quantity, say

LONGEST_SEARCH = 100

def _codes(wanted: str) -> list[tuple[str, str]]:
    """The clinic's own list, or what a search of all diagnoses found."""
    own = [(c.code, f"{say(c.label)} ({c.code})") for c in conditions.conditions().values()]
    found = [(d.code, f"{d.label} ({d.code})") for d in icd10.search(wanted)] if wanted else own
    return [("", _("Not in the list")), *found]


class ListForm(forms.Form):
    """A line of a list; `wanted` is what was searched for, where the list can be searched."""

    def __init__(self, *args: Any, wanted: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = wanted


class ConditionForm(ListForm):
    """A condition from the list, from a search of ICD-10-CM, or in own words."""

    code = forms.ChoiceField(label=_lazy("Condition"), required=False)
    is_pain_condition = forms.ChoiceField(
        label=_lazy("What it is"), choices=[("yes", _lazy("The pain to be treated")),
                                            ("no", _lazy("Another illness"))],
        initial="yes", required=False, widget=forms.RadioSelect,
    )  # fmt: skip
    label = forms.CharField(
        label=_lazy("In your own words, when it is not in the list"), max_length=200, required=False
    )
    onset = forms.CharField(label=_lazy("Since (year or date)"), max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField)
        # What was sent is looked up again: the search that offered it is not repeated.
        sent = str(self.data.get("code", "")).strip().upper() if self.is_bound else ""
        known = icd10.find(sent) if sent else None
        also = [(known.code, f"{known.label} ({known.code})")] if known else []
        listed = _codes(self.wanted)
        field.choices = [*listed, *(one for one in also if one[0] not in dict(listed))]

    def clean_is_pain_condition(self) -> bool:
        """Unless somebody says otherwise, it is the pain that is treated."""
        return bool(self.cleaned_data["is_pain_condition"] != "no")


class MedicineForm(ListForm):
    """A medicine that is taken."""

    name = forms.CharField(
        label=_lazy("Generic name"), max_length=120,
        widget=forms.TextInput(attrs={"list": "medicines", "autocomplete": "off"}),
    )  # fmt: skip
    dose = forms.CharField(label=_lazy("Dose and times"), max_length=80, required=False)
    mg_per_day = forms.DecimalField(
        label=_lazy("For opioids: milligrams a day; for a patch: micrograms an hour"),
        max_digits=10, decimal_places=3, required=False,
    )  # fmt: skip
    mg_per_dose = forms.DecimalField(
        label=_lazy("For an opioid taken as needed: milligrams of one dose"),
        max_digits=10, decimal_places=3, required=False,
        help_text=_lazy("The extra doses in the diary are then added up."),
    )  # fmt: skip


class TherapyForm(ListForm):
    """A therapy that was tried, and how it ended."""

    name = forms.CharField(
        label=_lazy("Therapy"), max_length=120,
        widget=forms.TextInput(attrs={"list": "medicines", "autocomplete": "off"}),
    )  # fmt: skip
    drug_class = forms.ChoiceField(label=_lazy("Kind"), choices=list(therapy_words.CLASSES.items()))
    highest = forms.DecimalField(
        label=_lazy("Highest dose"), min_value=0, max_digits=10, decimal_places=3, required=False
    )
    highest_unit = forms.ChoiceField(
        label=_lazy("Unit of the dose"), choices=[("", "–"), *therapy_words.UNITS.items()],
        required=False,
    )
    dose = forms.CharField(
        label=_lazy("What was given, when it has no number"), max_length=80, required=False
    )
    tried_from = forms.CharField(
        label=_lazy("Tried from"), max_length=7, required=False, help_text=therapy_words.MONTH_HINT
    )
    tried_to = forms.CharField(
        label=_lazy("Tried until"), max_length=7, required=False, help_text=therapy_words.MONTH_HINT
    )
    weeks = forms.IntegerField(
        label=_lazy("Weeks at an adequate dose"), min_value=0, max_value=5200, required=False
    )
    outcome = forms.ChoiceField(
        label=_lazy("How it ended"), choices=list(therapy_words.OUTCOMES.items()),
        widget=forms.RadioSelect,
    )
    stopped_for = forms.ChoiceField(
        label=_lazy("Why it was stopped"), choices=list(therapy_words.STOPPED.items()),
        required=False, widget=forms.RadioSelect,
    )
    stopped_words = forms.CharField(
        label=_lazy("Why, in a few words"), max_length=500, required=False
    )


class AllergyForm(ListForm):
    """An allergy as stated."""

    substance = forms.CharField(label=_lazy("Allergic to"), max_length=120)
    reaction = forms.CharField(label=_lazy("What happened"), max_length=200, required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list: its words, its form, how a line is added, and what "none" is called."""

    title: Any
    form: type[ListForm]
    add: Callable[..., uuid.UUID]
    ends: str
    button: Any
    none: Callable[..., uuid.UUID] | None = None
    none_words: Any = ""
    is_searched: bool = False


LISTS = {
    "conditions": Listing(
        title=_lazy("Conditions"), form=ConditionForm, add=history.add_condition,
        ends="condition", button=_lazy("Add the condition"), is_searched=True,
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
    wanted = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    form = listing.form(request.POST if request.method == "POST" else None, wanted=wanted)
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
        "wanted": wanted, "most": icd10.MOST,
        "release": icd10.release() if listing.is_searched else "",
        "rows": _rows(request.actor.clinic, patient, kind), "known": medicine_names.known(),
        "none_stated": _none_stated(request.actor.clinic, patient, kind),
        "to_look_up": _to_look_up(request.actor.clinic, patient, kind),
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


@page("evaluation.open", opens="list")
@require_POST
def looked_up(request: PageRequest, patient: uuid.UUID, row: uuid.UUID) -> HttpResponseBase:
    """This function will note that a medicine in no list was looked up and has no interaction."""
    history.looked_up(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient, row=row
    )
    messages.success(request, _("Noted: looked up by hand, no interaction."))
    return redirect("evaluation_list", patient, "medicines")


def _to_look_up(clinic: uuid.UUID, patient: uuid.UUID, kind: str) -> frozenset[uuid.UUID]:
    """The medicines that nobody can call clear yet."""
    if kind != "medicines":
        return frozenset()
    return medicines.current(clinic=clinic, patient=patient).to_look_up


def _listing(kind: str) -> Listing:
    if kind not in LISTS:
        raise NotFound(N_("There is no such list."))
    return LISTS[kind]


def _rows(clinic: uuid.UUID, patient: uuid.UUID, kind: str) -> list[tuple[uuid.UUID, str, str]]:
    """Each line as its id, its words and what stands beside them."""
    asked: dict[str, Any] = {"clinic": clinic, "patient": patient}
    if kind == "conditions":
        return [(c.id, c.label, _beside(c)) for c in problems.conditions(**asked)]
    if kind == "allergies":
        listed = problems.allergies(**asked)
        return [(a.id, a.substance, a.reaction) for a in listed if not a.none_known]
    if kind == "medicines":
        now = medicines.current(**asked)
        return [(m.id, m.name, coded(m, looked_up=now.looked_up)) for m in now.medicines]
    return [(t.id, t.name, therapy_words.line(t)) for t in medicines.tried(**asked)]


def _beside(condition: problems.ConditionView) -> str:
    """Its code, since when, and whether it is the pain that is treated."""
    other = "" if condition.is_pain_condition else _("another illness")
    return ", ".join(filter(None, (condition.code, condition.onset, other)))


def coded(
    medicine: medicines.MedicineView, *, looked_up: Collection[str] = ()
) -> str:
    """This function will say a medicine's dose, its code, and the classes that rules look at."""
    found = medicine_names.find(medicine.name)
    if found is None:
        said = _("in no list: check by hand")
        if medicine.name in looked_up:
            said = _("in no list; looked up by hand: no interaction")
        return ", ".join(filter(None, (medicine.dose, _amount(medicine), said)))
    classes = ", ".join(_(name.replace("_", " ")) for name in found.classes)
    code = f"RxNorm {found.rxnorm}" if found.rxnorm else ""
    return ", ".join(filter(None, (medicine.dose, _amount(medicine), code, classes)))


def _amount(medicine: medicines.MedicineView) -> str:
    """The number that opioid doses are added up from, with its unit."""
    is_patch = mme.least_rate(medicine.name) is not None
    found = []
    if medicine.mg_per_day is not None:
        found.append(quantity(medicine.mg_per_day.normalize(), "µg/h" if is_patch else "mg/d"))
    if medicine.mg_per_dose is not None:
        one = quantity(medicine.mg_per_dose.normalize(), "mg")
        found.append(_("as needed {mg} a dose").format(mg=one))
    return ", ".join(found)


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
    path("patients/<uuid:patient>/evaluation/medicines/<uuid:row>/looked-up", looked_up,
         name="evaluation_medicine_looked_up"),
]  # fmt: skip
