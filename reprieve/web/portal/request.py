"""Anybody asks for a consultation: few questions, no account, no third party."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical import evidence
from reprieve.knowledge import BadValue
from reprieve.pathway import clock, referral
from reprieve.pathway.permissions import system
from reprieve.pathway.referrer import LONGEST
from reprieve.records.identity import Identity
from reprieve.records.queries import clinics
from reprieve.records.queries.clinics import ClinicView
from reprieve.web import front_guard, referrer_forms
from reprieve.web.access import public
from reprieve.web.acts import act_of
from reprieve.web.portal.front import contact, known
from reprieve.web.words import form_errors, say

LANGUAGES = (("en", _lazy("English")), ("es", _lazy("Spanish")))
HEARD = (
    ("", _lazy("no answer")), ("doctor", _lazy("my doctor")), ("friend", _lazy("somebody I know")),
    ("search", _lazy("the internet")), ("other", _lazy("another way")),
)  # fmt: skip
REFUSED = {
    "too_fast": _lazy("That was very quick. Please look it over and send it again."),
    "too_old": _lazy("This page was open for a long time. Please send it again."),
    "too_many": _lazy("Too many requests came in just now. Please call, or try again in an hour."),
}


class AskForm(forms.Form):
    """What the clinic needs to answer."""

    given = forms.CharField(label=_lazy("First name"), max_length=100)
    family = forms.CharField(label=_lazy("Family name"), max_length=100)
    phone = forms.CharField(
        label=_lazy("Telephone"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    email = forms.EmailField(label=_lazy("E-mail"), required=False)
    birth_date = forms.DateField(
        label=_lazy("Date of birth"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    condition = forms.ChoiceField(label=_lazy("Which pain is it?"), required=False)
    message = forms.CharField(
        label=_lazy("What would you like to tell us?"), required=False, max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    referrer_name = forms.CharField(
        label=_lazy("Does a doctor refer you? Their name"), max_length=LONGEST["name"],
        required=False,
    )  # fmt: skip
    referrer_practice = forms.CharField(
        label=_lazy("Their practice or hospital"), max_length=LONGEST["practice"], required=False
    )
    referrer_phone = forms.CharField(
        label=_lazy("Their telephone"), max_length=LONGEST["phone"], required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )  # fmt: skip
    language = forms.ChoiceField(label=_lazy("Language we should speak"), choices=LANGUAGES)
    interpreter = forms.BooleanField(label=_lazy("I need an interpreter"), required=False)
    heard = forms.ChoiceField(
        label=_lazy("How did you hear about us?"), choices=HEARD, required=False
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"language": (get_language() or "en")[:2]})
        named = [(one, say(evidence.evidence(one).name)) for one in evidence.conditions()]
        other = [("", _("I do not know")), ("other", _("Another pain"))]
        self.fields["condition"].choices = [*other[:1], *named, *other[1:]]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for one way to answer."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("phone") and not data.get("email") and "email" not in self.errors:
            self.add_error("phone", _("We need a telephone number or an e-mail address."))
        return data


@public(why="anybody may ask the clinic for a consultation; it shows no patient")
def ask(request: HttpRequest) -> HttpResponseBase:
    """This function will take in a request for the only clinic; of several one is chosen first."""
    every = clinics.clinics()
    return _ask(request, every[0]) if len(every) == 1 else redirect("front")


@public(why="anybody may ask a clinic for a consultation; it shows no patient")
def ask_clinic(request: HttpRequest, clinic: uuid.UUID) -> HttpResponseBase:
    """This function will take in a request for one clinic of several."""
    return _ask(request, known(clinic))


def _ask(request: HttpRequest, clinic: ClinicView) -> HttpResponseBase:
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        answered = _taken_in(request, clinic, form)
        if answered is not None:
            return answered
    context = {"clinic": clinic, "form": form, "stamp": front_guard.stamp(), **contact(clinic)}
    status = 422 if form.is_bound else 200
    return render(request, "portal/front/request.html", context, status=status)


def _taken_in(request: HttpRequest, clinic: ClinicView, form: AskForm) -> HttpResponseBase | None:
    """A machine that fills every field is thanked like a person, and nothing is written."""
    at = clock.now(clinic.id)
    if not form.is_valid():
        return None
    verdict = front_guard.judge(request, clinic=clinic.id, at=at)
    if verdict == "machine":
        return _thanked(clinic)
    if verdict != "good":
        form.add_error(None, REFUSED[verdict])
        return None
    try:
        referral.receive(
            actor=system(clinic.id, "public-page"), uid=_act(request, form.cleaned_data), at=at,
            request=_request(form.cleaned_data),
        )  # fmt: skip
    except BadValue as error:
        form_errors(form, error)
        return None
    return _thanked(clinic)


def _act(request: HttpRequest, data: dict[str, Any]) -> uuid.UUID:
    """The same press twice is one request; who goes back and corrects the number sends another."""
    return uuid.uuid5(act_of(request), json.dumps(data, default=str, sort_keys=True))


def _request(data: dict[str, Any]) -> referral.Request:
    names = ("given", "family", "phone", "email", "birth_date")
    return referral.Request(
        identity=Identity(**{name: data[name] for name in names}), source="web",
        message=_message(data), language=data["language"], interpreter=data["interpreter"],
        referrer=referrer_forms.contact(data),
    )  # fmt: skip


def _message(data: dict[str, Any]) -> str:
    """The answers as the desk reads them, in the encrypted note."""
    named = {"": "", "other": _("Another pain")}
    chosen = data["condition"]
    condition = named[chosen] if chosen in named else say(evidence.evidence(chosen).name)
    heard = str(dict(HEARD)[data["heard"]]) if data["heard"] else ""
    lines = (
        f"{_('Which pain is it?')} {condition}" if condition else "",
        data["message"],
        f"{_('How did you hear about us?')} {heard}" if heard else "",
    )
    return "\n".join(line for line in lines if line)


def _thanked(clinic: ClinicView) -> HttpResponseBase:
    return redirect("request_thanks", clinic.id)


@public(why="says that a request has come in; it shows no patient")
def thanks(request: HttpRequest, clinic: uuid.UUID) -> HttpResponse:
    """This function will thank, and say what happens next."""
    found = known(clinic)
    context = {"clinic": found, **contact(found)}
    return render(request, "portal/front/thanks.html", context)


urlpatterns = [
    path("request", ask, name="request"),
    path("c/<uuid:clinic>/request", ask_clinic, name="clinic_request"),
    path("c/<uuid:clinic>/thanks", thanks, name="request_thanks"),
]
