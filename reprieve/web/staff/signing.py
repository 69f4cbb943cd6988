"""The record of a visit, to be read, signed and closed; afterwards addenda stand beside it."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from reprieve.knowledge import BadValue
from reprieve.pathway import recovery, signing
from reprieve.pathway.clock import moment as at_ms
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import DOCTORS
from reprieve.records.queries import charts, courses, overrides, signatures
from reprieve.web import patient_page, reauth, record_words, undrawn_view
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.infusion_lines import act_text, drug_text, harm_text
from reprieve.web.labels import LEAVING, MEANINGS
from reprieve.web.words import form_errors, say


class SignForm(forms.Form):
    """The password as a signature."""

    password = forms.CharField(
        label=_lazy("Your password, as your signature"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip


class ReasonForm(SignForm):
    """The same, where controlled drugs of the visit are not accounted for."""

    reason = forms.CharField(
        label=_lazy("Why they are not accounted for"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    field_order = ("reason", "password")


class AddendumForm(forms.Form):
    """What came to light afterwards."""

    text = forms.CharField(
        label=_lazy("Addendum"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


@page("infusion.open", opens="record")
def record(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will show a visit's record with its signatures and the next one due."""
    return _shown(request, encounter, ReasonForm(), AddendumForm())


def _shown(
    request: PageRequest, encounter: uuid.UUID, form: SignForm, addendum: AddendumForm
) -> HttpResponse:
    clinic = request.actor.clinic
    now = recovery.needed(clinic=clinic, encounter=encounter)
    header = patient_page.opened(request, now.patient)
    chart = charts.chart(clinic=clinic, encounter=encounter)
    signed = signatures.of_encounter(clinic=clinic, encounter=encounter)
    given_ug = courses.of(clinic=clinic, encounter=encounter).given_ug(_ms(request))
    assert chart is not None  # `needed` found the same visit
    meaning = _next(request, [s.meaning for s in signed if s.is_intact])
    shown = {
        **patient_page.context(request, header), "visit": now, "chart": chart,
        "given_mg": Decimal(given_ug) / 1000,
        "events": [(at_ms(e["at_ms"]), act_text(dict(e)), e) for e in chart.events],
        "harm": [(at_ms(e["onset_ms"]), harm_text(e), e) for e in chart.adverse_events],
        "drugs": [(at_ms(e["at_ms"]), drug_text(e), e) for e in chart.drugs],
        "decided": record_words.overrides(
            overrides.of_visit(clinic=clinic, encounter=encounter)
        ),
        "way": str(LEAVING.get(chart.discharge["way"], "")) if chart.discharge else "",
        "signed": [(s, str(MEANINGS.get(s.meaning, s.meaning))) for s in signed],
        "form": form, "addendum": addendum, "meaning": meaning,
        "statement": _(signing.MEANINGS[meaning]) if meaning else "",
        "open_drugs": undrawn_view.open_drugs(clinic=clinic, encounter=encounter),
        "may_sign": now.is_discharged and not now.is_signed,
    }  # fmt: skip
    refused = form.is_bound or addendum.is_bound
    return render(request, "staff/signing/record.html", shown, status=422 if refused else 200)


def _ms(request: PageRequest) -> int:
    from reprieve.pathway.clock import ms

    return ms(request.at)


def _next(request: PageRequest, intact: list[str]) -> str:
    """Care is signed first; then a physician closes the record."""
    if signing.CARE not in intact:
        return signing.CARE
    return signing.RECORD if request.actor.roles & DOCTORS else ""


@page("infusion.sign", opens="record")
@require_POST
def sign(request: PageRequest, encounter: uuid.UUID, meaning: str) -> HttpResponseBase:
    """This function will sign the record with the password given again."""
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            password = form.cleaned_data["password"]
            reauth.confirm(request, password)
            signing.sign(
                actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter,
                meaning=meaning, password=password, reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        except NotNow as error:
            form.add_error(None, say(error.message))
        else:
            messages.success(request, _("Signed."))
            return redirect("record", encounter)
    return _shown(request, encounter, form, AddendumForm())


@page("infusion.sign", opens="record")
@require_POST
def add(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will write an addendum beside the closed record."""
    form = AddendumForm(request.POST)
    if not form.is_valid():
        return _shown(request, encounter, ReasonForm(), form)
    signing.addendum(
        actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter,
        text=form.cleaned_data["text"],
    )  # fmt: skip
    messages.success(request, _("The addendum is written."))
    return redirect("record", encounter)


urlpatterns = [
    path("record/<uuid:encounter>", record, name="record"),
    path("record/<uuid:encounter>/sign/<slug:meaning>", sign, name="record_sign"),
    path("record/<uuid:encounter>/addendum", add, name="record_addendum"),
]
