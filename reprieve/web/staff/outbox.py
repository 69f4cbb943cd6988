"""Messages: what failed and why, what waits, what went out. Never what they say."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from reprieve.pathway import outbox
from reprieve.records.queries import clinics, patients
from reprieve.records.queries import outbox as queries
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.collect import NavItem

TEMPLATES: dict[str, str | Promise] = {
    "appointment_booked": gettext_lazy("Appointment booked"),
    "appointment_moved": gettext_lazy("Appointment moved"),
    "appointment_cancelled": gettext_lazy("Appointment cancelled"),
    "appointment_reminder": gettext_lazy("Reminder"),
    "diary_prompt": gettext_lazy("Diary"),
    "link": gettext_lazy("Form by link"),
    "form_prompt": gettext_lazy("Form that is due"),
    "read_code": gettext_lazy("Code"),
    "clinician_review": gettext_lazy("Call to sign in"),
    "alarm_call": gettext_lazy("Call about an alarm"),
}
STATES: dict[str, tuple[str, str | Promise]] = {
    "failed": ("stop", gettext_lazy("Failed")),
    "waiting": ("now", gettext_lazy("Waiting")),
    "sent": ("ok", gettext_lazy("Sent")),
    "arrived": ("ok", gettext_lazy("Arrived")),
    "kept": ("off", gettext_lazy("Kept: a demo sends nothing")),
    "expired": ("off", gettext_lazy("Too late to send")),
    "withdrawn": ("off", gettext_lazy("Withdrawn")),
}


@page("outbox.open", opens="outbox")
def listed(request: PageRequest) -> HttpResponse:
    """This function will show the clinic's messages, failures first."""
    rows = queries.listed(clinic=request.actor.clinic)
    ids = sorted({row.patient for row in rows if row.patient}, key=str)
    known = patients.many(clinic=request.actor.clinic, patients=ids)
    request.shown += [str(one) for one in ids]
    failed = sum(row.is_open for row in rows)
    shown = {
        "rows": [_row(row, known) for row in rows], "failed": failed,
        "mail_lost": _is_lost(request),
    }  # fmt: skip
    return render(request, "staff/outbox/list.html", shown)


def _is_lost(request: PageRequest) -> bool:
    """A demo sends nothing and says so of each message."""
    return not settings.MAIL_LEAVES and not clinics.clinic(request.actor.clinic).is_demo


def _row(
    row: queries.OutboxView, known: dict[uuid.UUID, patients.PatientView]
) -> dict[str, Any]:
    kind, words = STATES[row.state]
    person = known.get(row.patient) if row.patient else None
    return {
        "id": row.id, "what": TEMPLATES.get(row.template, row.template),
        "channel": _channel(row), "then": then(row),
        "to": person.identity.full_name if person else _("Staff"),
        "state": words, "kind": kind, "due_at": row.due_at, "attempts": row.attempts,
        "error": row.error, "can_retry": row.state == "failed",
    }  # fmt: skip


def _channel(row: queries.OutboxView) -> str:
    if row.is_instead:
        return _("E-mail, in place of a text")
    return _("Text message") if row.channel == "sms" else _("E-mail")


def then(row: queries.OutboxView) -> dict[str, Any] | None:
    """This function will say what became of the mail that went in place of a failed text."""
    if row.then is None:
        return None
    kind, words = STATES[row.then.state]
    return {"kind": kind, "state": words, "at": row.then.due_at, "error": row.then.error}


@page("outbox.retry", opens="outbox")
@require_POST
def retry(request: PageRequest, message: uuid.UUID) -> HttpResponseBase:
    """This function will let a failed message be tried again."""
    outbox.retry(actor=request.actor, uid=act_of(request), at=request.at, message=message)
    messages.success(request, _("It will be tried again within seconds."))
    return redirect("outbox")


urlpatterns = [
    path("outbox", listed, name="outbox"),
    path("outbox/<uuid:message>/retry", retry, name="outbox_retry"),
]
NAV = [
    NavItem(
        label=gettext_lazy("Messages"), url_name="outbox", permission="outbox.open", order=80,
        icon="note",
    )
]  # fmt: skip
