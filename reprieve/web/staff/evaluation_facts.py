"""History, body, vital signs and criteria: forms made from what the rules read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical import criteria, trials
from reprieve.clinical.criteria.facts import criterion_data
from reprieve.clinical.facts import Fact, Kind
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import evaluation
from reprieve.records.queries import body as body_queries
from reprieve.records.queries import facts, medicines, observations
from reprieve.web import facts_form, patient_page
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.days import DayField, day_of
from reprieve.web.staff.evaluation import body_of, criteria_title
from reprieve.web.staff.evaluation_forms import MODES
from reprieve.web.words import form_errors, say, unit_word

# The questions in the order a clinician asks them; what is in no group comes last.
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_lazy("Ketamine"), (
        "ketamine_allergy", "multiday_course_before", "days_since_multiday_course",
        "courses_elsewhere_last_365_d", "ketamine_mg_elsewhere_last_365_d",
        "multiday_course_planned", "craving_or_early_request",
    )),
    (_lazy("Heart and vessels"), (
        "cardiovascular_disease_poorly_controlled", "cardiovascular_disease_severe",
        "cardiovascular_risk", "ecg_reviewed", "hypertension_refractory", "aneurysm",
        "arteriovenous_malformation",
    )),
    (_lazy("Brain and eyes"), (
        "intracerebral_haemorrhage_history", "intracranial_pressure_raised", "seizure_disorder",
        "delirium_or_dementia", "memory_complaint", "intraocular_pressure_raised",
        "narrow_angle_glaucoma",
    )),
    (_lazy("Mental health"), (
        "psychosis_active_or_poorly_controlled", "psychotic_disorder_history",
        "bipolar_disorder", "personality_disorder",
    )),
    (_lazy("Alcohol and drugs"), (
        "substance_use_active", "substance_use_history", "alcohol_misuse_history",
        "pdmp_checked", "pdmp_concern", "urine_drug_screen_unexpected",
    )),
    (_lazy("Pregnancy"), (
        "could_become_pregnant", "pregnancy_test", "pregnant", "breastfeeding",
    )),
    (_lazy("Liver and bladder"), (
        "liver_disease", "liver_baseline_done", "rash_or_fever", "bladder_symptoms",
        "urinalysis", "bladder_symptoms_persist", "interstitial_cystitis",
    )),
    (_lazy("Other illnesses"), (
        "diabetes_uncontrolled", "glp1_medicine", "hyperthyroidism", "porphyria",
        "sleep_apnoea_severe", "asthma", "benzodiazepine_chronic", "iv_access",
    )),
)  # fmt: skip
TESTS = _lazy("Results of tests")
ASKED_ANEW = frozenset({"pregnancy_test"})


class SourceForm(forms.Form):
    """How the answers came, and the day of a test's result."""

    mode = forms.ChoiceField(
        label=_lazy("How it was answered"), choices=MODES, widget=forms.RadioSelect,
        initial="clinic",
    )  # fmt: skip
    on = DayField(label=_lazy("Day of the results, when it is not today"), required=False)


class VitalsForm(forms.Form):
    """One set of vital signs of the day; nothing is filled in beforehand."""

    sbp = forms.DecimalField(label=_lazy("Systolic blood pressure"), required=False)
    dbp = forms.DecimalField(label=_lazy("Diastolic blood pressure"), required=False)
    heart_rate = forms.DecimalField(label=_lazy("Heart rate"), required=False)
    spo2 = forms.DecimalField(label=_lazy("Oxygen saturation"), required=False)
    respiratory_rate = forms.DecimalField(label=_lazy("Breaths in a minute"), required=False)


class BodyForm(forms.Form):
    """Weight and height as they were read off."""

    weight = forms.DecimalField(label=_lazy("Weight"), required=False, max_digits=7)
    weight_unit = forms.ChoiceField(choices=[("kg", "kg"), ("lb", "lb")], required=False)
    height = forms.DecimalField(label=_lazy("Height"), required=False, max_digits=7)
    height_unit = forms.ChoiceField(choices=[("cm", "cm"), ("in", "in")], required=False)


@page("evaluation.open", opens="history")
def history(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will ask the history, with what is on record shown, and keep what changed."""
    header = patient_page.opened(request, patient)
    asked = evaluation.questions()
    views = observations.newest(
        clinic=request.actor.clinic, patient=patient, codes=[fact.name for fact in asked]
    )
    values = {f.name: views[f.name].value for f in asked if f.name in views and _lasts(f)}
    told = {name: facts_form.last(view) for name, view in views.items()}
    make = facts_form.form_of(asked, told=told)
    form = make(request.POST or None, initial=facts_form.initial(values))
    source = SourceForm(request.POST or None)
    sent = request.POST.get(facts_form.SHOWN, "")
    before = facts_form.was_shown(sent)
    if request.method == "POST" and form.is_valid() and source.is_valid():
        answers = facts_form.changed(form, values if before is None else before)
        try:
            if answers:
                evaluation.record_history(
                    actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
                    answers=answers, mode=source.cleaned_data["mode"],
                    measured_at=day_of(source.cleaned_data["on"], now=request.at),
                )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Saved: {n} answers.").format(n=len(answers)))
            return redirect("evaluation", patient)
    shown = {
        **patient_page.context(request, header), "form": form, "source": source,
        "groups": _groups(form, asked), "wanted": request.GET.get("fact", ""),
        "shown": sent or facts_form.as_shown(values),
    }  # fmt: skip
    return render(request, "staff/evaluation/history.html", shown, status=_status(form))


def _lasts(fact: Fact) -> bool:
    """History that holds until somebody says otherwise is shown; results are asked anew."""
    pressed = fact.kind in (Kind.FLAG, Kind.CHOICE)
    return pressed and facts.keeps(fact.name) == "lasting" and fact.name not in ASKED_ANEW


def _groups(form: forms.Form, asked: Iterable[Fact]) -> list[tuple[str, list[Any]]]:
    rest = {fact.name: unit_word(fact.unit) for fact in asked}
    found = []
    for title, names in GROUPS:
        found.append((str(title), [(form[n], rest.pop(n)) for n in names if n in rest]))
    found.append((str(TESTS), [(form[name], unit) for name, unit in rest.items()]))
    return [(title, fields) for title, fields in found if fields]


@page("evaluation.open", opens="vital signs")
def vitals(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will take in one set of vital signs."""
    header = patient_page.opened(request, patient)
    form = VitalsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if value is not None}
        try:
            evaluation.record_vitals(
                actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
                values=given,
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Vital signs saved."))
            return redirect("evaluation", patient)
    shown = {**patient_page.context(request, header), "form": form}
    return render(request, "staff/evaluation/vitals.html", shown, status=_status(form))


@page("evaluation.open", opens="weight and height")
def body(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will take in weight and height, in either unit."""
    header = patient_page.opened(request, patient)
    form = BodyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            evaluation.record_body(
                actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
                weight=given["weight"], weight_unit=given["weight_unit"] or "kg",
                height=given["height"], height_unit=given["height_unit"] or "cm",
            )  # fmt: skip
        except BadValue as error:
            names = {"weight_kg": "weight", "height_cm": "height"}
            form_errors(form, BadValue(names.get(error.field, error.field), error.reason))
        else:
            messages.success(request, _("Weight and height saved."))
            return redirect("evaluation", patient)
    newest = observations.newest(clinic=request.actor.clinic, patient=patient)
    shown = {
        **patient_page.context(request, header), "form": form,
        "body": body_of(newest),
    }  # fmt: skip
    return render(request, "staff/evaluation/body.html", shown, status=_status(form))


@page("evaluation.open", opens="criterion")
def criterion(request: PageRequest, patient: uuid.UUID, name: str) -> HttpResponseBase:
    """This function will ask a criterion's facts and keep them with its answer."""
    header = patient_page.opened(request, patient)
    asked = criteria.facts_of(name)
    values, before = _facts(request, patient, name, asked)
    form = facts_form.criterion_form(asked, told=before)(
        request.POST or None, initial=facts_form.initial(values)
    )
    if request.method == "POST" and form.is_valid():
        said = {n: v for n, v in form.cleaned_data.items() if v not in (None, "", [])}
        told = {n: facts_form.read(v) for n, v in said.items()} | _trials(request, patient, asked)
        try:
            verdict = _judged(request, patient, name, told)
        except BadValue as error:
            form_errors(form, error)
        else:
            why = " ".join(say(message) for message in verdict.because)
            messages.success(request, _("Met: {met}. {why}").format(met=_(verdict.met), why=why))
            return redirect("evaluation", patient)
    shown = {
        **patient_page.context(request, header), "form": form, "title": _(criteria_title(name)),
        "fields": [(form[f.name], unit_word(f.unit)) for f in asked if f.name in form.fields],
        "source": criterion_data(name).data["source"],
        "confirmed": criterion_data(name).data["verified"],
    }  # fmt: skip
    return render(request, "staff/evaluation/criterion.html", shown, status=_status(form))


def _judged(
    request: PageRequest, patient: uuid.UUID, name: str, told: dict[str, Any]
) -> criteria.Verdict:
    """A page on which nothing was answered would put "unknown" over an answer on record."""
    if not told:
        raise BadValue("answers", N_("at least one answer is needed"))
    return evaluation.record_criterion(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient, name=name,
        facts=told,
    )


def _facts(
    request: PageRequest, patient: uuid.UUID, name: str, asked: Iterable[criteria.Fact]
) -> tuple[dict[str, Any], dict[str, str]]:
    """What was said today, and what was said before in words, to stand beside its question.

    An answer of another day is never filled in: saving would call it today's. Signs seen at an
    examination are not carried over at all.
    """
    codes = {f"{name}/{f.name}": f for f in asked if f.type != "records"}
    newest = observations.newest(
        clinic=request.actor.clinic, patient=patient, codes=list(codes)
    )
    drawn = _drawn(request, patient, asked)
    found = {codes[code].name: (view.value, view.measured_at) for code, view in newest.items()}
    found |= {n: d for n, d in drawn.items() if n not in found or d[1] > found[n][1]}
    today = localdate(request.at)
    fresh = {
        n: value for n, (value, at) in found.items()
        if localdate(at) == today and not _is_sign(n)
    }  # fmt: skip
    return fresh, {n: facts_form.last_said(*one) for n, one in found.items()}


def _is_sign(fact: str) -> bool:
    return fact.startswith("sign") or "_signs_" in fact


def _drawn(
    request: PageRequest, patient: uuid.UUID, asked: Iterable[criteria.Fact]
) -> dict[str, tuple[Any, datetime]]:
    """The areas of the newest body map and when it was drawn, where a criterion counts areas."""
    wanted = next((fact for fact in asked if fact.name == "painful_areas"), None)
    drawn = body_queries.newest(clinic=request.actor.clinic, patient=patient) if wanted else None
    if wanted is None or drawn is None:
        return {}
    return {wanted.name: ([area for area in drawn.areas if area in wanted.values], drawn.at)}


def _trials(
    request: PageRequest, patient: uuid.UUID, asked: Iterable[criteria.Fact]
) -> dict[str, Any]:
    """The therapies on record, where the criterion reads them."""
    if not any(fact.name == "drug_trials" for fact in asked):
        return {}
    tried = medicines.tried(clinic=request.actor.clinic, patient=patient)
    drugs = [t for t in tried if t.drug_class != "not a medicine"]
    if not tried:
        return {}
    return {
        "drug_trials": [_trial(t) for t in drugs],
        "other_modalities_tried": len(tried) - len(drugs),
    }


def _trial(tried: medicines.MedicineView) -> dict[str, Any]:
    """What a criterion reads of a therapy; what is not known is left out."""
    said = {
        "drug_class": tried.drug_class, "outcome": tried.outcome, "weeks": tried.weeks,
        "stopped_for": tried.stopped_for or None,
        "most_weeks": trials.most_weeks(tried.tried_from, tried.tried_to),
    }  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def _status(form: forms.Form) -> int:
    return 422 if form.is_bound else 200


urlpatterns = [
    path("patients/<uuid:patient>/evaluation/history", history, name="evaluation_history"),
    path("patients/<uuid:patient>/evaluation/vitals", vitals, name="evaluation_vitals"),
    path("patients/<uuid:patient>/evaluation/body", body, name="evaluation_body"),
    path("patients/<uuid:patient>/evaluation/criterion/<str:name>", criterion,
         name="evaluation_criterion"),
]  # fmt: skip
