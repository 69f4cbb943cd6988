"""Links for one patient: sent by mail or text, shown as a picture to scan, ended; reminders."""

from __future__ import annotations

import io
import uuid
from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from reprieve.clinical.instruments import instrument
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import links, message_ways, reminder_choice
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.records.queries import closings, outbox, reminder_choices
from reprieve.records.queries import links as queries
from reprieve.records.queries.links import LinkView
from reprieve.web import patient_page, reminder_ways
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.reminder_ways import WayField
from reprieve.web.staff import outbox as outbox_page
from reprieve.web.words import form_errors, say

FORMS: dict[str, Promise] = {
    links.DIARY: _lazy("Diary"), links.EVALUATION: _lazy("Questions before the evaluation"),
    links.FOLLOW_UP: _lazy("Questions before the follow-up visit"),
    links.WEEKS_SHORT: _lazy("Short questions after the series"),
    links.WEEKS_LONG: _lazy("Questions after the series"),
    links.PROGRESS: _lazy("The patient's own page"),
}  # fmt: skip
STATES: dict[str, tuple[str, Promise]] = {
    "open": ("ok", _lazy("open")), "early": ("off", _lazy("not yet open")),
    "expired": ("off", _lazy("over")), "revoked": ("stop", _lazy("ended by the clinic")),
    "used": ("ok", _lazy("answered")),
}  # fmt: skip
WAYS = [("mail", _lazy("E-mail")), ("sms", _lazy("Text message")),
        ("", _lazy("Nothing: I show it on the screen"))]  # fmt: skip


class LinkForm(forms.Form):
    """Which form, and how the link reaches the patient."""

    form = forms.ChoiceField(label=_lazy("What to send"), choices=list(FORMS.items()),
                             widget=forms.RadioSelect)  # fmt: skip
    send_by = forms.ChoiceField(
        label=_lazy("How"), choices=WAYS, required=False, widget=forms.RadioSelect
    )


    def __init__(self, *args: Any, has_ended: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_ended:  # nobody would read the answers
            own = [(links.PROGRESS, FORMS[links.PROGRESS])]
            self.fields["form"].choices = own  # type: ignore[attr-defined]


class RemindersForm(forms.Form):
    """By which way a patient is reminded, as they tell the staff."""

    way = WayField()

    def __init__(self, *args: Any, offered: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reminder_ways.offer(self, offered)


@page("link.make", opens="links")
def patient_links(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will list a patient's links, and make and send another."""
    header = patient_page.opened(request, patient)
    has_ended = closings.is_ended(clinic=request.actor.clinic, patient=patient)
    form = LinkForm(request.POST or None, has_ended=has_ended)
    if request.method == "POST" and form.is_valid():
        try:
            made = links.make(
                actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
                **form.cleaned_data,
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        except NotNow as error:
            form.add_error(None, say(error.message))
        else:
            return _made(request, patient, made, sent=bool(form.cleaned_data["send_by"]))
    found = queries.of_patient(clinic=request.actor.clinic, patient=patient)
    shown = {
        **patient_page.context(request, header), "form": form, "has_ended": has_ended,
        "rows": [(one, _word(one.form), *STATES[one.state(request.at)]) for one in found],
        **_reminders(request, patient),
    }  # fmt: skip
    return render(request, "staff/links/links.html", shown, status=422 if form.is_bound else 200)


def _reminders(request: PageRequest, patient: uuid.UUID) -> dict[str, Any]:
    """What the patient chose about reminders, and the way by which they come."""
    choice = reminder_choices.of(clinic=request.actor.clinic, patient=patient)
    offered = message_ways.offered(clinic=request.actor.clinic, patient=patient)
    gone = bool(closings.silent(clinic=request.actor.clinic, patients=[patient]))
    used = choice.way if choice.way in offered else next(iter(offered), "")
    return {
        "choice": choice, "used": reminder_ways.WAYS.get(used, ""),
        "chosen_fails": reminder_ways.WAYS[choice.way] if choice.way not in ("", used) else "",
        "reminders_form": RemindersForm(offered=offered, initial={"way": choice.way}),
        "failed": [
            {"what": outbox_page.TEMPLATES.get(one.template, one.template), "at": one.due_at,
             "error": one.error, "is_open": one.is_open and not gone, "then": outbox_page.then(one)}
            for one in outbox.failed_lately(clinic=request.actor.clinic, patient=patient)
        ],
    }  # fmt: skip


@page("reminder.choose", opens="links")
@require_POST
def reminders(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will keep by which way a patient wants to be reminded, or that they do not."""
    patient_page.opened(request, patient)
    before = reminder_choices.of(clinic=request.actor.clinic, patient=patient)
    # Another way asks nobody again who has said stop meanwhile.
    wanted = "again" in request.POST or ("stop" not in request.POST and before.wanted)
    reminder_choice.choose(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
        wanted=wanted, evening=before.evening, way=request.POST.get("way"),
        said_by=reminder_choice.BY_STAFF,
    )  # fmt: skip
    messages.success(request, _("Kept."))
    return redirect("patient_links", patient)


def _word(form: str) -> str:
    return str(FORMS[form]) if form in FORMS else _(instrument(form).title)


def _made(
    request: PageRequest, patient: uuid.UUID, made: uuid.UUID, *, sent: bool
) -> HttpResponseBase:
    if not sent:
        return redirect("link_show", patient, made)
    messages.success(request, _("The link is on its way. Its text has no health word."))
    return redirect("patient_links", patient)


@page("link.make", opens="link")
def show(request: PageRequest, patient: uuid.UUID, link: uuid.UUID) -> HttpResponse:
    """This function will show a link as a picture for the patient's own phone."""
    header = patient_page.opened(request, patient)
    found = _one(request, patient, link)
    shown: dict[str, Any] = {
        **patient_page.context(request, header), "found": found, "word": _word(found.form),
        "is_open": found.state(request.at) == "open",
    }  # fmt: skip
    return render(request, "staff/links/show.html", shown)


@page("link.make", opens="link")
def picture(request: PageRequest, patient: uuid.UUID, link: uuid.UUID) -> HttpResponse:
    """This function will draw a link's address as a QR code."""
    found = _one(request, patient, link)
    secret = queries.token_of(clinic=request.actor.clinic, link=found.id)
    start = links.ADDRESSES.get(found.form, "/f/")
    made = io.BytesIO()
    segno.make(request.build_absolute_uri(f"{start}{secret}"), error="m").save(
        made, kind="svg", scale=6, border=4, dark="#16201e", light="#ffffff"
    )
    return HttpResponse(made.getvalue(), content_type="image/svg+xml")


@page("link.make", opens="links")
@require_POST
def end(request: PageRequest, patient: uuid.UUID, link: uuid.UUID) -> HttpResponseBase:
    """This function will end a link at once."""
    found = _one(request, patient, link)
    links.revoke(actor=request.actor, uid=act_of(request), at=request.at, link=found.id)
    messages.success(request, _("The link is ended."))
    return redirect("patient_links", patient)


def _one(request: PageRequest, patient: uuid.UUID, link: uuid.UUID) -> LinkView:
    known = queries.of_patient(clinic=request.actor.clinic, patient=patient)
    found = next((one for one in known if one.id == link), None)
    if found is None:
        raise NotFound(N_("There is no such link."))
    return found


urlpatterns = [
    path("patients/<uuid:patient>/links", patient_links, name="patient_links"),
    path("patients/<uuid:patient>/links/reminders", reminders, name="patient_reminders"),
    path("patients/<uuid:patient>/links/<uuid:link>", show, name="link_show"),
    path("patients/<uuid:patient>/links/<uuid:link>/picture.svg", picture, name="link_picture"),
    path("patients/<uuid:patient>/links/<uuid:link>/end", end, name="link_end"),
]
