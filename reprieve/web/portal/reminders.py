"""When, how and by which way to be reminded, or not at all: by whoever holds the link."""

from __future__ import annotations

import hmac
import os
import uuid
from datetime import time
from typing import Any

import orjson
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from reprieve.pathway import (
    clock,
    gateway_words,
    message_ways,
    messages,
    outbox,
    reminder_choice,
)
from reprieve.pathway.permissions import by_link
from reprieve.records.queries import clinics, reminder_choices
from reprieve.records.queries import links as queries
from reprieve.records.queries.links import LinkView
from reprieve.web import reminder_ways
from reprieve.web.access import public
from reprieve.web.acts import act_of
from reprieve.web.portal.access import over
from reprieve.web.reminder_ways import WayField

FIRST_HOUR, LAST_HOUR = 8, 21
LARGEST_BODY = 10_000


def _hours() -> list[tuple[str, Any]]:
    every = [time(hour, minute) for hour in range(FIRST_HOUR, LAST_HOUR) for minute in (0, 30)]
    return [("", _lazy("The clinic's usual time")), *((f"{t:%H:%M}",) * 2 for t in every)]


class ReminderForm(forms.Form):
    """The hour and the language; whether at all is the button that is pressed."""

    evening = forms.ChoiceField(label=_lazy("When to ask me"), choices=_hours, required=False)
    way = WayField()
    language = forms.ChoiceField(label=_lazy("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, offered: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reminder_ways.offer(self, offered)


@public(why="ends or moves reminders and shows nothing else: whoever got the message may do it")
def choose(request: HttpRequest, token: str) -> HttpResponseBase:
    """This function will show what was chosen, and keep another choice."""
    found = queries.by_token(token)
    if found is None:
        return over(request, "unknown")
    with translation.override(found.language):
        return _chosen(request, found)


def _chosen(request: HttpRequest, found: LinkView) -> HttpResponseBase:
    now = reminder_choices.of(clinic=found.clinic, patient=found.patient)
    offered = message_ways.offered(clinic=found.clinic, patient=found.patient)
    form = ReminderForm(request.POST or None, offered=offered, initial={
        "evening": f"{now.evening:%H:%M}" if now.evening else "", "language": found.language,
        "way": now.way,
    })  # fmt: skip
    if request.method == "POST" and form.is_valid():
        evening = form.cleaned_data["evening"]
        reminder_choice.choose(
            actor=by_link(found.clinic, found.patient), uid=act_of(request),
            at=clock.now(found.clinic), patient=found.patient,
            wanted="stop" not in request.POST, language=form.cleaned_data["language"],
            evening=time.fromisoformat(evening) if evening else None,
            way=form.cleaned_data.get("way"),
        )  # fmt: skip
        return redirect(f"{request.path}?kept")
    shown = {
        "form": form, "choice": now, "kept": "kept" in request.GET,
        "clinic": clinics.clinic(found.clinic),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "portal/reminders/choose.html", shown, status=status)


@csrf_exempt
@public(why="the text gateway hands on answers and receipts; it proves itself by its own word")
@require_POST
def texts(request: HttpRequest) -> HttpResponse:
    """This function will take a JSON object: an answer (`from`, `text`) or a receipt (`id`,
    `status` delivered or failed, `reason`)."""
    word = os.environ.get(messages.INBOUND, "")
    said = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not word or not hmac.compare_digest(word.encode(), said.encode()):
        return JsonResponse({"error": _("This address is closed.")}, status=403)
    body = _read(request)
    if body is None:
        return JsonResponse({"error": _("This is not a JSON object.")}, status=400)
    if "text" in body and "from" in body:
        count = reminder_choice.told_by_text(
            phone=str(body["from"]), text=str(body["text"]), at=clock.real()
        )
        return JsonResponse({"changed": count})
    return _receipt(body)


def _read(request: HttpRequest) -> dict[str, Any] | None:
    try:
        body = orjson.loads(request.body[:LARGEST_BODY])
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _receipt(body: dict[str, Any]) -> HttpResponse:
    if body.get("status") not in {"delivered", "failed"}:
        return JsonResponse({"error": _("status must be delivered or failed")}, status=400)
    try:
        number = uuid.UUID(str(body.get("id")))
    except ValueError:
        return JsonResponse({"error": _("id must be the text's own number")}, status=400)
    known = outbox.receipt(
        message=number, at=clock.real(), arrived=body["status"] == "delivered",
        reason=gateway_words.kept(str(body.get("reason", ""))),
    )  # fmt: skip
    return JsonResponse({"known": known}, status=200 if known else 404)


urlpatterns = [
    path("d/<str:token>/reminders", choose, name="reminders"),
    path("f/<str:token>/reminders", choose, name="form_reminders"),
    path("texts", texts, name="texts"),
]
