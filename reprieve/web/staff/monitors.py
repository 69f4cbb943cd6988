"""Monitors: who speaks for whom, what could not be charted and why, codes that nobody knows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.formats import number_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext as _ngettext
from django.views.decorators.http import require_POST

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import dialects, feed, monitors, parked, parked_minutes
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound
from reprieve.records.queries import board as boards
from reprieve.records.queries import monitors as queries
from reprieve.web import infusion_words as words
from reprieve.web import monitor_answer
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.collect import NavItem
from reprieve.web.words import ago, form_errors
from reprieve.web.words import moment as in_words

MOST_TEXTS = 100  # of refused messages on one page
KINDS = {
    "unmatched": _("matches nobody"),
    "contradiction": _("names another patient"),
    "rejected": _("could not be read"),
}


class LinkForm(forms.Form):
    """Which visit a monitor speaks for, and what it calls this patient."""

    device = forms.UUIDField(widget=forms.HiddenInput)
    encounter = forms.ChoiceField(label=_("For"))
    patient_ids = forms.CharField(
        label=_("Patient number that the monitor sends"), required=False, max_length=200,
        help_text=_("With it, a message that names another patient is kept apart."),
    )  # fmt: skip

    def __init__(self, *args: Any, seats: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["encounter"].choices = seats  # type: ignore[attr-defined]


class ParkedForm(forms.Form):
    """What becomes of parked messages: of one minute's, or of all that came without a pause."""

    first = forms.ChoiceField(label=_("How much"), required=False, widget=forms.RadioSelect)
    encounter = forms.ChoiceField(label=_("Chart it on"), required=False)
    reason = forms.CharField(label=_("Or why it is put aside"), required=False, max_length=500)

    def __init__(
        self, *args: Any, seats: list[tuple[str, str]], much: list[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.initial["first"] = much[0][0] if much else ""
        self.fields["encounter"].choices = [("", "–"), *seats]  # type: ignore[attr-defined]
        self.fields["first"].choices = much  # type: ignore[attr-defined]
        if not much:
            del self.fields["first"]


@page("monitor.open", opens="monitors")
def overview(request: PageRequest, form: LinkForm | None = None) -> HttpResponse:
    """This function will list monitors, parked messages and unknown codes."""
    clinic = request.actor.clinic
    seats = _seats(request)
    names = dict(seats)
    return render(request, "staff/monitors/overview.html", {
        "monitors": [_row(request, m, names, seats, form) for m in queries.monitors(clinic=clinic)],
        "parked": [_run(run) for run in queries.parked(clinic=clinic)],
        "wrong": queries.contradictions(clinic=clinic),
        "unmapped": queries.unmapped(clinic=clinic),
        "training": queries.training(clinic=clinic),
        "seats": seats,
    }, status=422 if form else 200)  # fmt: skip


@page("monitor.link", opens="monitor link")
@require_POST
def link(request: PageRequest) -> HttpResponse:
    """This function will link a monitor to a visit from now on."""
    form = LinkForm(request.POST, seats=_seats(request))
    if not form.is_valid():
        return overview(request, form)  # type: ignore[return-value]
    data = form.cleaned_data
    monitors.link(
        actor=request.actor, uid=act_of(request), at=request.at, device=data["device"],
        encounter=uuid.UUID(data["encounter"]), patient_ids=data["patient_ids"].split(),
    )  # fmt: skip
    messages.success(request, _now("The monitor is linked."))
    return redirect("monitors")


@page("monitor.link", opens="monitor link")
@require_POST
def unlink(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will end a visit's link with its monitor."""
    monitors.unlink(
        actor=request.actor, uid=act_of(request), at=request.at, encounter=encounter
    )
    messages.success(request, _now("The link is ended. The chair goes on by hand."))
    return redirect("monitors")


@page("monitor.open", opens="parked message")
def parked_one(request: PageRequest, number: int) -> HttpResponse:
    """This function will open a parked message with its content, and take what is decided."""
    found = queries.one_parked(clinic=request.actor.clinic, number=number)
    row = parked.find(clinic=request.actor.clinic, number=number)
    if found is None or row is None:
        raise NotFound(N_("There is no such message."))
    request.shown.append(f"parked:{number}")
    run = queries.run_to(clinic=request.actor.clinic, number=number)
    said = parked_minutes.messages(row)
    form = ParkedForm(request.POST or None, seats=_seats(request), much=_much(run, len(said)))
    if request.method == "POST" and form.is_valid() and _decided(request, number, form):
        return redirect("monitors")
    message = parked.opened(row)
    texts = said[:MOST_TEXTS] if message.rejected else (message,)
    return render(request, "staff/monitors/parked.html", {
        "parked": _parked(found),
        "message": message,
        "raw": "\n\n".join(_raw(one) for one in texts),
        "values": _values(said),
        "form": form,
    }, status=422 if form.is_bound else 200)  # fmt: skip


def _raw(message: feed.FeedMessage) -> str:
    return message.raw.decode("latin-1").replace("\r", "\n")


def _much(run: queries.Run | None, here: int) -> list[tuple[str, str]]:
    """The choice between this minute and the whole stretch; none when they are the same."""
    if run is None or len(run.numbers) == 1:
        return []
    one = _ngettext("Only the last minute: {n} message", "Only the last minute: {n} messages", here)
    every = _now("All {n} messages from {first} to {last}").format(
        n=run.messages, first=in_words(words.moment(run.first.received_ms)),
        last=in_words(words.moment(run.newest.received_ms)),
    )  # fmt: skip
    return [(str(run.newest.number), one.format(n=here)), (str(run.first.number), every)]


def _values(said: Sequence[feed.FeedMessage]) -> list[tuple[Any, str, datetime | None]]:
    """Each signal with its value, or the lowest and highest of the minute, and the last time."""
    found: dict[str, list[feed.Sent]] = {}
    for message in said:
        for sent in message.readings:
            found.setdefault(sent.signal, []).append(sent)
    return [(words.signal(name), _span(sent), _last(sent)) for name, sent in found.items()]


def _span(sent: list[feed.Sent]) -> str:
    values = sorted({one.value for one in sent})
    span = " – ".join(f"{value:f}" for value in dict.fromkeys((values[0], values[-1])))
    return f"{span} {words.unit(sent[0].signal)}"


def _last(sent: list[feed.Sent]) -> datetime | None:
    at_ms = sent[-1].at_ms
    return None if at_ms is None else words.moment(at_ms)


def _decided(request: PageRequest, number: int, form: ParkedForm) -> bool:
    data = form.cleaned_data
    args: dict[str, Any] = {
        "actor": request.actor, "uid": act_of(request), "at": request.at, "number": number,
        "first": int(data.get("first") or number),
    }  # fmt: skip
    try:
        if data["encounter"]:
            done = monitors.attach(encounter=uuid.UUID(data["encounter"]), **args)
            messages.success(request, _charted(done))
        else:
            monitors.put_aside(reason=data["reason"], **args)
            messages.success(request, _now("The message is put aside."))
    except BadValue as error:
        form_errors(form, error)
        return False
    return True


def _charted(done: monitors.Attached) -> str:
    """How much is charted; what waits on is said, since it is still to be decided on."""
    if done.charted >= done.messages:
        return _now("The values are charted.")
    said = _now("{n} of {all} messages charted; the rest waits.")
    return said.format(n=_grouped(done.charted), all=_grouped(done.messages))


def _grouped(number: int) -> str:
    return number_format(number, force_grouping=True)


def _seats(request: PageRequest) -> list[tuple[str, str]]:
    """Open visits as "3: Iva I." for choosing."""
    found = boards.seats(clinic=request.actor.clinic, at_ms=ms(request.at))
    request.shown += [str(s.patient) for s in found]
    return [(str(s.encounter), f"{s.chair or '–'}: {s.given} {s.initial}.") for s in found]


def _row(
    request: PageRequest, monitor: queries.Monitor, names: dict[str, str],
    seats: list[tuple[str, str]], refused: LinkForm | None,
) -> dict[str, Any]:  # fmt: skip
    mine = refused is not None and refused.data.get("device") == str(monitor.id)
    form = refused if mine else LinkForm(
        initial={"device": monitor.id}, seats=seats, auto_id=f"link-{monitor.id}-%s"
    )  # fmt: skip
    return {
        "monitor": monitor,
        "heard": None if monitor.heard_ms is None
        else ago(words.moment(monitor.heard_ms), now=request.at),
        "linked": words.moment(monitor.linked_ms) if monitor.linked_ms else None,
        "who": names.get(str(monitor.encounter), "") if monitor.encounter else "",
        "form": form,
    }  # fmt: skip


def _run(run: queries.Run) -> dict[str, Any]:
    since = None if len(run.numbers) == 1 else words.moment(run.first.received_ms)
    return {**_parked(run.newest), "messages": run.messages, "since": since}


def _parked(found: queries.Parked) -> dict[str, Any]:
    return {
        "parked": found,
        "kind": KINDS.get(found.kind, found.kind),
        "reason": _now(found.reason),
        "received": words.moment(found.received_ms),
        "measured": None if found.measured_ms is None else words.moment(found.measured_ms),
    }


class TryForm(forms.Form):
    """A monitor's message, pasted."""

    message = monitor_answer.field(required=True)


@page("monitor.open", opens="monitor message tried")
def try_message(request: PageRequest) -> HttpResponse:
    """This function will show how a pasted message would be read; nothing of it is kept."""
    form = TryForm(request.POST or None)
    answer = None
    if request.method == "POST" and form.is_valid():
        own = dialects.in_force(clinic=request.actor.clinic, at=request.at)
        try:
            answer = monitor_answer.read(request, form.cleaned_data["message"], files=own)
        except BadValue as error:
            form_errors(form, error)
    return render(
        request, "staff/monitors/try.html", {"form": form, **monitor_answer.context(answer)},
        status=422 if form.errors else 200,
    )  # fmt: skip


urlpatterns = [
    path("monitors", overview, name="monitors"),
    path("monitors/try", try_message, name="monitor_try"),
    path("monitors/link", link, name="monitor_link"),
    path("monitors/unlink/<uuid:encounter>", unlink, name="monitor_unlink"),
    path("monitors/parked/<int:number>", parked_one, name="monitor_parked"),
]
NAV = [
    NavItem(label=_("Monitors"), url_name="monitors", permission="monitor.open", order=25,
            icon="heart"),
]  # fmt: skip
