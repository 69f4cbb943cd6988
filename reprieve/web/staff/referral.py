"""The desk's inbox: requests by any way, taken in fast, with likely duplicates shown."""

from __future__ import annotations

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

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import referral
from reprieve.pathway.errors import NotFound
from reprieve.records.identity import Identity
from reprieve.records.queries import patients
from reprieve.records.queries import referral as queries
from reprieve.web import labels
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.collect import NavItem
from reprieve.web.referrer_forms import ReferrerForm, contact
from reprieve.web.words import form_errors

STAFF_SOURCES = ("call", "email", "referral", "walk_in")


class RequestForm(ReferrerForm):
    """What the desk writes down while somebody is on the telephone: little is required."""

    source = forms.ChoiceField(
        label=_lazy("How it came"), widget=forms.RadioSelect, initial="call",
        choices=[(key, labels.SOURCES[key]) for key in STAFF_SOURCES],
    )  # fmt: skip
    given = forms.CharField(label=_lazy("Given name"), max_length=100)
    family = forms.CharField(label=_lazy("Family name"), max_length=100)
    birth_date = forms.DateField(
        label=_lazy("Date of birth"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    phone = forms.CharField(label=_lazy("Telephone"), max_length=40, required=False)
    email = forms.EmailField(label=_lazy("E-mail"), required=False)
    mrn = forms.CharField(label=_lazy("Record number"), max_length=40, required=False)
    message = forms.CharField(
        label=_lazy("What they ask, or the e-mail pasted"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    file = forms.FileField(label=_lazy("Letter or fax (PDF or picture)"), required=False)
    language = forms.ChoiceField(
        label=_lazy("Language"), choices=[("en", _lazy("English")), ("es", _lazy("Spanish"))],
        initial="en",
    )  # fmt: skip
    interpreter = forms.BooleanField(label=_lazy("Interpreter needed"), required=False)
    # What a caller says first is asked first; who refers stands with the letter.
    field_order = (
        "source", "given", "family", "birth_date", "phone", "email", "mrn", "message", "file",
        "referrer_name", "referrer_practice", "referrer_address", "referrer_phone",
        "referrer_fax", "language", "interpreter",
    )


@page("referral.inbox", opens="inbox")
def inbox(request: PageRequest) -> HttpResponse:
    """This function will list the requests that wait for the desk, oldest first."""
    clinic = request.actor.clinic
    waiting = queries.inbox(clinic=clinic)
    who = patients.many(clinic=clinic, patients=[one.patient for one in waiting])
    request.shown += [str(one.patient) for one in waiting]
    rows = [(one, who[one.patient], labels.word(labels.SOURCES, one.source)) for one in waiting]
    return render(request, "staff/referral/inbox.html", {"rows": rows})


@page("referral.triage", opens="inbox")
@require_POST
def answered(request: PageRequest, request_id: uuid.UUID) -> HttpResponseBase:
    """This function will take a request off the list: it needed a call, and no consultation."""
    referral.seen(
        actor=request.actor, uid=act_of(request), at=request.at, referral=request_id,
    )  # fmt: skip
    messages.success(request, _("The request is answered."))
    return redirect("inbox")


@page("referral.receive", opens="referral")
def new(request: PageRequest) -> HttpResponseBase:
    """This function will take in a request; likely duplicates are shown before it is saved."""
    form = RequestForm(request.POST or None, request.FILES or None)
    alike: list[patients.PatientView] = []
    if request.method == "POST" and form.is_valid():
        alike = _alike(request, form)
        if not alike or request.POST.get("same"):
            try:
                return _save(request, form)
            except BadValue as error:
                form_errors(form, error)
    request.shown += [str(view.id) for view in alike]
    status = 422 if form.is_bound else 200
    context = {"form": form, "alike": alike}
    return render(request, "staff/referral/new.html", context, status=status)


def _identity(data: dict[str, Any]) -> Identity:
    names = ("given", "family", "birth_date", "phone", "email", "mrn")
    return Identity(**{name: data[name] for name in names})


def _alike(request: PageRequest, form: RequestForm) -> list[patients.PatientView]:
    who = _identity(form.cleaned_data)
    return patients.likely_same(clinic=request.actor.clinic, identity=who)


def _save(request: PageRequest, form: RequestForm) -> HttpResponseBase:
    data = form.cleaned_data
    same = request.POST.get("same", "")
    done = referral.receive(
        actor=request.actor,
        uid=act_of(request),
        at=request.at,
        request=referral.Request(
            identity=_identity(data),
            source=data["source"],
            message=data["message"],
            file=data["file"].read() if data["file"] else None,
            language=data["language"],
            interpreter=data["interpreter"],
            patient=_uuid(same) if same != "new" else None,
            referrer=contact(data),
        ),
    )
    messages.success(request, _("The request is on record."))
    return redirect("patient", done["patient"])


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise BadValue("same", "is not a patient") from error


@page("patient.open", opens="letter")
def file(request: PageRequest, attachment: uuid.UUID) -> HttpResponse:
    """This function will send an attached letter as it came."""
    found = queries.file(clinic=request.actor.clinic, attachment=attachment)
    if found is None:
        raise NotFound(N_("There is no such letter."))
    media_type, content, patient = found
    request.shown.append(str(patient))
    ending = {"application/pdf": "pdf"}.get(media_type, media_type.partition("/")[2])
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="letter.{ending}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


urlpatterns = [
    path("inbox", inbox, name="inbox"),
    path("inbox/new", new, name="referral_new"),
    path("inbox/<uuid:request_id>/answered", answered, name="referral_answered"),
    path("letters/<uuid:attachment>", file, name="referral_file"),
]
NAV = [
    NavItem(
        label=_lazy("Inbox"), url_name="inbox", permission="referral.inbox", order=15,
        icon="mail",
    )
]  # fmt: skip
