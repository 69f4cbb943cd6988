"""The clinic's patients: list, search, and one patient's page with the next step."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.knowledge import N_
from reprieve.pathway import closing, states
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import CLINICIANS, DOCTORS, Actor, allowed
from reprieve.records.queries import booking, closings, episodes, referral, worklist
from reprieve.records.queries import patients as queries
from reprieve.web import labels, presenters
from reprieve.web.access import PageRequest, page
from reprieve.web.collect import NavItem

REVIEW = "clinician_review"
# The steps' own pages, in the order of the pathway: name of the address, words, permission.
STEPS = (
    ("booking_new", _lazy("Book a visit"), "booking.change"),
    ("evaluation", _lazy("Evaluation"), "evaluation.open"),
    ("decision", _lazy("Decision"), "evaluation.open"),
    ("consent", _lazy("Consent"), "consent.open"),
    ("plan", _lazy("Plan"), "plan.open"),
    ("series", _lazy("Book the series"), "booking.change"),
    ("infusion_prepare", _lazy("Prepare an infusion"), "infusion.prepare"),
    ("followup", _lazy("Follow-up"), "followup.open"),
    ("maintenance", _lazy("Maintenance"), "maintenance.open"),
    ("patient_links", _lazy("Send a form or the diary"), "link.make"),
)
# Which step comes next in each state of the episode.
NEXT = {
    "requested": "booking_new",
    "consultation_booked": "evaluation",
    "evaluating": "decision",
    "deferred": "evaluation",
    "accepted": "consent",
    "consented": "plan",
    "planned": "series",
    "in_series": "infusion_prepare",
    "follow_up": "followup",
    "maintenance": "maintenance",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLink:
    """A way from the patient's page to a step's page."""

    label: str
    href: str
    is_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of what happened so far."""

    at: datetime
    text: str


@page("patient.list", opens="patients")
def patient_list(request: PageRequest) -> HttpResponse:
    """This function will list patients, or those that a search finds."""
    # A search is sent as a form: a name in an address would stay in histories and logs.
    wanted = request.POST.get("q", "").strip()
    number = _page_number(request.GET.get("page", "1"))
    clinic = request.actor.clinic
    if wanted:
        found, last = queries.find(clinic=clinic, text=wanted), 1
    else:
        last = max(1, -(-queries.count(clinic=clinic) // queries.PAGE))
        number = min(number, last)
        found = queries.page(clinic=clinic, number=number, size=queries.PAGE)
    request.shown += [str(view.id) for view in found]
    rows = [(view, labels.word(labels.STATES, view.state)) for view in found]
    return render(
        request,
        "staff/patients/list.html",
        {"rows": rows, "wanted": wanted, "page": number, "last": last},
    )


def _page_number(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1


@page("patient.open", opens="patient")
def patient_page(request: PageRequest, patient: uuid.UUID) -> HttpResponse:
    """This function will show who a patient is, where they stand, and what comes next."""
    clinic = request.actor.clinic
    header = queries.header(clinic=clinic, patient=patient)
    if header is None:
        raise NotFound(N_("There is no such patient."))
    request.shown.append(str(patient))
    closed = closings.reason(clinic=clinic, patient=patient)
    steps = links(request.actor, patient, header.state)
    return render(
        request,
        "staff/patients/patient.html",
        {
            "patient": presenters.strip(header, on=request.at.date()),
            "patient_id": patient,
            "who": queries.one(clinic=clinic, patient=patient),
            "line": presenters.pathway_line(header.state),
            "state": labels.word(labels.STATES, header.state),
            "steps": [step for step in steps if not step.is_next],
            "next": next((step for step in steps if step.is_next), None),
            "visits": _visits(clinic, patient),
            "requests": _requests(clinic, patient),
            "referrer": referral.referrer(clinic=clinic, patient=patient),
            "work": _work(request.actor, patient),
            "story": story(clinic=clinic, patient=patient),
            "may_close": allowed(request.actor, "episode.close")
            and closing.ACT in states.possible("episode", header.state),
            "closings": labels.CLOSINGS.items(),
            "closed_because": labels.word(labels.CLOSINGS, closed) if closed else "",
        },
    )


def links(actor: Actor, patient: uuid.UUID, state: str) -> list[StepLink]:
    """This function will list the step pages that exist and that the actor may open."""
    found = []
    for name, label, permission in STEPS:
        if not allowed(actor, permission):
            continue
        try:
            href = reverse(name, args=[patient])
        except NoReverseMatch:
            continue
        found.append(StepLink(label=str(label), href=href, is_next=NEXT.get(state) == name))
    return found


def _visits(clinic: uuid.UUID, patient: uuid.UUID) -> list[tuple[object, str, str, str]]:
    return [
        (
            visit,
            labels.word(labels.VISITS, visit.kind),
            labels.STATUSES[visit.status][0],
            str(labels.STATUSES[visit.status][1]),
        )
        for visit in booking.of_patient(clinic=clinic, patient=patient)
    ]


def _requests(clinic: uuid.UUID, patient: uuid.UUID) -> list[tuple[object, str]]:
    found = referral.of_patient(clinic=clinic, patient=patient)
    return [(one, labels.word(labels.SOURCES, one.source)) for one in found]


def _work(actor: Actor, patient: uuid.UUID) -> list[tuple[object, str]]:
    """The desk sees that something waits for a clinician, not what."""
    waiting = worklist.waiting(clinic=actor.clinic, patient=patient)
    hides = not actor.roles & CLINICIANS
    return [
        (item, labels.word(labels.WORK, REVIEW if hides and item.owner_role in DOCTORS
                           else item.kind))
        for item in waiting
    ]  # fmt: skip


def story(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[Happened]:
    """This function will tell what happened so far, newest first."""
    steps = [
        Happened(at=step.at, text=labels.word(labels.STATES, step.after))
        for step in episodes.steps(clinic=clinic, patient=patient)
        if step.after != step.before
    ]
    visits = [
        Happened(
            at=visit.starts_at,
            text=_("{visit} held").format(visit=labels.word(labels.VISITS, visit.kind)),
        )
        for visit in booking.of_patient(clinic=clinic, patient=patient)
        if visit.status == "done"
    ]
    return sorted([*steps, *visits], key=lambda one: one.at, reverse=True)


urlpatterns = [
    path("patients", patient_list, name="patients"),
    path("patients/<uuid:patient>", patient_page, name="patient"),
]
NAV = [
    NavItem(
        label=_lazy("Patients"), url_name="patients", permission="patient.list", order=20,
        icon="person",
    )
]  # fmt: skip
