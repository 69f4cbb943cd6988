"""My progress: the patient's own curve, the next date, and who looked at the record.

A link lets a patient write; to read they also enter a code sent to the address on file. The code
lives in this browser's session for ten minutes, its tries are counted in the database, and reading
lasts half an hour.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
import uuid
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reprieve.knowledge import N_
from reprieve.pathway import links
from reprieve.pathway.errors import NotNow
from reprieve.records import access as access_log
from reprieve.records.queries import accesses, booking, response
from reprieve.web import labels, relief_chart
from reprieve.web.acts import act_of
from reprieve.web.portal.access import LinkRequest, link

CODE_S, READING_S = 600, 1800
DIGITS = 6
SHOWN = 30


@link(permission="link.use", opens="my progress")
def progress(request: LinkRequest) -> HttpResponse:
    """This function will show the patient's own page, or ask for the code first."""
    if not _may_read(request):
        return render(request, "portal/progress/code.html", _asked(request))
    patient = request.link.patient
    clinic = request.actor.clinic
    story = response.story(clinic=clinic, patient=patient, at=request.at)
    today = timezone.localtime(request.at).date()
    shown = {
        "token": request.token,
        "chart": relief_chart.data(
            entries=[e for e in story.entries if e.kind == "diary"],
            treatments=story.treatments, today=today,
        ),
        "title": relief_chart.title(story.response),
        "lasted": relief_chart.lasted(story.response),
        "visits": _visits(request),
        "readings": _readings(request),
    }  # fmt: skip
    access_log.note(
        clinic=clinic, at=request.at, actor=request.actor.label, view="my progress",
        shown=[str(patient)],
    )  # fmt: skip
    return render(request, "portal/progress/progress.html", shown)


@link(permission="link.use", opens="code")
@require_POST
def send(request: LinkRequest) -> HttpResponseBase:
    """This function will send a code to the address on file."""
    code = "".join(secrets.choice("0123456789") for _n in range(DIGITS))
    act = act_of(request)
    way = links.send_code(
        actor=request.actor, uid=act, at=request.at, link=request.link.id, code=code
    )
    # Tries belong to the act: one sent twice sends no second code and brings no further tries.
    if (_kept(request) or {}).get("act") == str(act):
        return redirect("progress", request.token)
    request.session[_key("code", request)] = {
        "mark": _mark(request, code), "until": time.time() + CODE_S, "act": str(act), "way": way,
    }  # fmt: skip
    return redirect("progress", request.token)


@link(permission="link.use", opens="code")
@require_POST
def check(request: LinkRequest) -> HttpResponseBase:
    """This function will open the page for half an hour when the code is right."""
    kept = _kept(request)
    if kept is None:
        raise NotNow(N_("The code is over. Ask for a new one."))
    links.take_code_try(
        actor=request.actor, uid=uuid.uuid4(), at=request.at, link=request.link.id,
        code=uuid.UUID(kept["act"]),
    )  # fmt: skip
    given = "".join(c for c in request.POST.get("code", "") if c.isdigit())
    if not hmac.compare_digest(kept["mark"], _mark(request, given)):
        shown = {**_asked(request), "wrong": True}
        return render(request, "portal/progress/code.html", shown, status=422)
    del request.session[_key("code", request)]
    request.session[_key("reads", request)] = time.time() + READING_S
    return redirect("progress", request.token)


def _may_read(request: LinkRequest) -> bool:
    return float(request.session.get(_key("reads", request), 0)) > time.time()


def _asked(request: LinkRequest) -> dict[str, Any]:
    kept = _kept(request)
    if kept is None or not links.has_code_try(
        clinic=request.actor.clinic, link=request.link.id, code=uuid.UUID(kept["act"])
    ):
        return {"token": request.token, "is_sent": False}
    return {"token": request.token, "is_sent": True, "way": kept["way"]}


def _kept(request: LinkRequest) -> dict[str, Any] | None:
    """What this browser keeps of the code that was sent, while it lasts."""
    kept: dict[str, Any] | None = request.session.get(_key("code", request))
    is_lasting = kept is not None and "act" in kept and time.time() <= kept["until"]
    return kept if is_lasting else None


def _mark(request: LinkRequest, code: str) -> str:
    """What the session keeps of a code: of no use for another link."""
    return hashlib.sha256(f"{request.link.id}:{code}".encode()).hexdigest()


def _key(kind: str, request: LinkRequest) -> str:
    return f"{kind}:{request.link.id}"


def _visits(request: LinkRequest) -> list[tuple[Any, str]]:
    found = booking.of_patient(clinic=request.actor.clinic, patient=request.link.patient)
    return [
        (visit, labels.word(labels.VISITS, visit.kind))
        for visit in found
        if visit.starts_at > request.at and visit.status in {"booked", "late"}
    ]


def _readings(request: LinkRequest) -> list[tuple[Any, str]]:
    """One line a person and day: the same page opened ten times is one visit to the record."""
    found = accesses.of_patient(clinic=request.actor.clinic, patient=request.link.patient)
    lines: dict[tuple[Any, str], None] = {}
    for one in found:
        name = one.name or _("you")
        lines.setdefault((timezone.localtime(one.at).date(), name))
    return list(lines)[:SHOWN]


urlpatterns = [
    path("me/<str:token>", progress, name="progress"),
    path("me/<str:token>/code", send, name="progress_code"),
    path("me/<str:token>/check", check, name="progress_check"),
]
