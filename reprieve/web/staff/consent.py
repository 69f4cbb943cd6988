"""Consent: the text to read together, signed on the screen or on paper, renewed or withdrawn."""

from __future__ import annotations

import base64
import binascii
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from reprieve.clinical import consent as texts
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import consent, states
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import consent as queries
from reprieve.records.queries import patients, people, settings
from reprieve.web import patient_page
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.print import consent as printed
from reprieve.web.print.paper import PAPERS, Heading
from reprieve.web.words import born, form_errors

DRAWN = "data:image/png;base64,"
LONGEST_DRAWN = 600_000
STATES = {
    "none": ("unknown", _lazy("No consent yet")),
    "valid": ("ok", _lazy("Consent is valid")),
    "expired": ("stop", _lazy("Consent has expired")),
    "withdrawn": ("stop", _lazy("Consent was withdrawn")),
}


class SignForm(forms.Form):
    """Every statement ticked, the name typed, and a signature on the screen or on paper."""

    text = forms.CharField(widget=forms.HiddenInput, max_length=64)
    language = forms.CharField(widget=forms.HiddenInput, max_length=8)
    signed_name = forms.CharField(
        label=_lazy("Full name of the person who signs"), max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    signature = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST_DRAWN)
    scan = forms.FileField(label=_lazy("Or the signed paper (PDF or picture)"), required=False)
    witness = forms.ChoiceField(label=_lazy("Witness"), required=False)

    def __init__(self, *args: Any, statements: tuple[str, ...], staff: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, words in enumerate(statements):
            self.fields[f"statement-{number}"] = forms.BooleanField(label=words)
        witness = self.fields["witness"]
        assert isinstance(witness, forms.ChoiceField)
        witness.choices = [("", _("no witness")), *((str(m.id), m.name) for m in staff if m.active)]

    @property
    def statements(self) -> list[forms.BoundField]:
        """What the person confirms, line by line."""
        return [self[name] for name in self.fields if name.startswith("statement-")]


@page("consent.open", opens="consent")
def overview(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will show the consent as it stands, and the text to sign."""
    header = patient_page.opened(request, patient)
    text = _text(request, header.language)
    form = _form(request, text)
    if request.method == "POST" and form.is_valid():
        try:
            _give(request, patient, form)
        except BadValue as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Consent is signed."))
            return redirect("consent", patient)
    now = queries.current(clinic=request.actor.clinic, patient=patient, at=request.at)
    tone, words = STATES[now.state]
    possible = states.possible("episode", header.state)
    shown = {
        **patient_page.context(request, header), "text": text, "form": form, "now": now,
        "tone": tone, "words": words, "languages": texts.languages(),
        "history": queries.history(clinic=request.actor.clinic, patient=patient)[::-1],
        "may_sign": allowed(request.actor, "consent.sign")
        and bool({"consent.give", "consent.renew"} & set(possible)),
        "may_withdraw": allowed(request.actor, "consent.sign")
        and now.consent is not None and now.consent.given,
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "staff/consent/consent.html", shown, status=status)


def _text(request: PageRequest, usual: str) -> texts.ConsentText:
    wanted = request.POST.get("language") or request.GET.get("language") or usual
    return texts.text(wanted if wanted in texts.languages() else "en")


def _form(request: PageRequest, text: texts.ConsentText) -> SignForm:
    return SignForm(
        request.POST or None, request.FILES or None, statements=text.statements,
        staff=people.staff(clinic=request.actor.clinic),
        initial={"text": text.sha256, "language": text.language},
    )  # fmt: skip


def _give(request: PageRequest, patient: uuid.UUID, form: SignForm) -> None:
    given = form.cleaned_data
    scan = given["scan"]
    consent.give(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
        language=given["language"], text_sha256=given["text"], signed_name=given["signed_name"],
        signature=_drawn(given["signature"]), scan=scan.read() if scan else b"",
        witness=uuid.UUID(given["witness"]) if given["witness"] else None,
    )  # fmt: skip


def _drawn(text: str) -> bytes:
    """The picture that the page's canvas sent, empty when nothing was drawn."""
    if not text:
        return b""
    if not text.startswith(DRAWN):
        raise BadValue("signature", N_("is not a drawing of this page"))
    try:
        return base64.b64decode(text.removeprefix(DRAWN), validate=True)
    except binascii.Error as error:
        raise BadValue("signature", N_("is not a drawing of this page")) from error


@page("consent.open", opens="consent")
@require_POST
def withdraw(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will record that the patient withdrew."""
    patient_page.opened(request, patient)
    consent.withdraw(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
        reason=request.POST.get("reason", "")[:2000],
    )  # fmt: skip
    messages.success(request, _("Consent is withdrawn. No infusion can start from now on."))
    return redirect("consent", patient)


@page("consent.open", opens="consent document")
def document(request: PageRequest, consent: uuid.UUID) -> HttpResponse:
    """This function will give the signed consent as a PDF, `?paper=a4` or letter."""
    clinic = request.actor.clinic
    signed = queries.one(clinic=clinic, consent=consent)
    if signed is None or not signed.given:
        raise NotFound(N_("There is no such document."))
    who = patients.one(clinic=clinic, patient=signed.patient)
    assert who is not None  # the row's patient is of the same clinic: a guard holds it
    request.shown.append(str(signed.patient))
    usual = settings.value(clinic=clinic, key="print.paper", at=request.at, default="letter")
    paper = request.GET.get("paper", usual)
    birth = born(who.identity.birth_date) or "?"
    made = printed.pdf(
        text=texts.text(signed.language), signed=signed,
        heading=Heading(
            clinic=_clinic_name(request), patient=f"{who.identity.full_name}, {birth}, {who.number}"
        ),
        signature=queries.image(clinic=clinic, consent=consent),
        paper=paper if paper in PAPERS else "letter",
    )  # fmt: skip
    headers = {"Content-Disposition": 'inline; filename="consent.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


@page("consent.open", opens="consent scan")
def scan(request: PageRequest, consent: uuid.UUID) -> HttpResponse:
    """This function will give the signed paper as it was scanned, as a download."""
    clinic = request.actor.clinic
    signed = queries.one(clinic=clinic, consent=consent)
    content = queries.image(clinic=clinic, consent=consent)
    if signed is None or content is None:
        raise NotFound(N_("There is no such document."))
    request.shown.append(str(signed.patient))
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=signed.media_type, headers=headers)


def _clinic_name(request: PageRequest) -> str:
    from reprieve.web.people import clinic_of

    return clinic_of(request, request.actor).name


urlpatterns = [
    path("patients/<uuid:patient>/consent", overview, name="consent"),
    path("patients/<uuid:patient>/consent/withdraw", withdraw, name="consent_withdraw"),
    path("consents/<uuid:consent>.pdf", document, name="consent_pdf"),
    path("consents/<uuid:consent>/scan", scan, name="consent_scan"),
]
