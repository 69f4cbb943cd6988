"""What waits for my roles: overdue first; taken on, and done with a word about it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from reprieve.knowledge import N_, BadValue
from reprieve.outcomes.forecasts import Crossing, crossing_of
from reprieve.pathway import closed_days, forecast_review, not_come, work_sight, worklist
from reprieve.pathway.permissions import Actor
from reprieve.records.queries import booking, patients, people
from reprieve.records.queries import closed_days as closings
from reprieve.records.queries import worklist as queries
from reprieve.records.queries.booking import AppointmentView
from reprieve.records.queries.worklist import WorkView
from reprieve.web import forecast_view, labels
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.collect import NavItem
from reprieve.web.words import moment

# The visits that a patient's work of a kind is about.
Visits = dict[tuple[str, uuid.UUID], list[AppointmentView]]
LONGEST = 2000
VISIT = "visit"  # of those that the item is about the first one

# The page on which an item's step is done: address, whose id it takes, words on the button.
PAGES: dict[str, tuple[str, str, Promise]] = {
    "adverse_event": ("harm", "", _lazy("Side effects")),
    "second_wanted": ("gate_beside", "encounter", _lazy("Read and answer")),
    "ledger_discrepancy": ("ledger", "", _lazy("Controlled drugs")),
    "loss_notice": ("ledger", "", _lazy("Controlled drugs")),
    "loss_form": ("ledger", "", _lazy("Controlled drugs")),
    "drug_undrawn": ("ledger_draw", "encounter", _lazy("Draw it, or say what happened")),
    "call_24h": ("followup_call", "encounter", _lazy("Call after 24 hours")),
    "name_caller": ("closed_days", "", _lazy("Closed days")),
    "follow_up_visit": ("followup", "patient", _lazy("Follow-up")),
    "booster_proposal": ("maintenance", "patient", _lazy("Maintenance")),
    forecast_review.KIND: ("followup", "patient", _lazy("Follow-up")),
    "booster_wanted": ("maintenance", "patient", _lazy("Maintenance")),
    "evaluation_review": ("evaluation", "patient", _lazy("Evaluation")),
    "decision_wanted": ("decision", "patient", _lazy("Decision")),
    "plan_wanted": ("plan", "patient", _lazy("Plan")),
    "book_infusion": ("series", "patient", _lazy("Book the series")),
    "book_consultation": ("booking_new", "patient", _lazy("Book a visit")),
    "book_follow_up": ("booking_new", "patient", _lazy("Book a visit")),
    "closed_day": ("closed_days", "", _lazy("Closed days")),
    not_come.KIND: ("booking_visit", VISIT, _lazy("The visit")),
    "next_visit": ("booking_new", "patient", _lazy("Book a visit")),
    "answers_overdue": ("patient_links", "patient", _lazy("Send a form or the diary")),
    "link_unanswered": ("patient_links", "patient", _lazy("Send a form or the diary")),
    "due_liver": ("evaluation", "patient", _lazy("Evaluation")),
    "due_bladder": ("evaluation", "patient", _lazy("Evaluation")),
    "due_bladder_score": ("evaluation", "patient", _lazy("Evaluation")),
    "due_memory": ("evaluation", "patient", _lazy("Evaluation")),
    **dict.fromkeys(
        (kind for kind in labels.WORK if kind.startswith("screen_")),
        ("evaluation", "patient", _lazy("Evaluation")),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One work item in words. `own_step`: only its own page may close it. `href` leads there."""

    item: WorkView
    words: str
    name: str
    owner: str
    overdue: bool
    text: str
    own_step: bool
    href: str
    to: str


def waiting(actor: Actor, now: datetime) -> list[Waiting]:
    """This function will list what waits for an actor's roles, overdue and soonest first."""
    roles = work_sight.roles_of(actor)
    items = [i for i in queries.waiting(clinic=actor.clinic) if work_sight.sees(i, roles)]
    ids = [item.patient for item in items if item.patient]
    who = patients.many(clinic=actor.clinic, patients=ids)
    staff = {person.id: person.name for person in people.staff(clinic=actor.clinic)}
    visits = _visits(actor, now, items)
    return [
        Waiting(
            item=item,
            words=_words(item, _of(item, visits), expected),
            name=who[item.patient].identity.full_name if item.patient else "",
            owner=staff.get(item.owner, "") if item.owner else "",
            overdue=item.due_at < now,
            text=forecast_view.disclaimed(expected) if expected else item.text,
            own_step=item.kind in worklist.OWN_STEP,
            href=_href(item, _of(item, visits)),
            to=str(PAGES[item.kind][2]) if item.kind in PAGES else "",
        )
        for item, expected in ((item, _expected(item)) for item in items)
    ]


def _expected(item: WorkView) -> Crossing | None:
    """What the forecast said that an item rests on."""
    return crossing_of(item.text) if item.kind == forecast_review.KIND else None


def _visits(actor: Actor, now: datetime, items: Sequence[WorkView]) -> Visits:
    """The visits that the work is about, by its kind and patient; read only where it is shown."""
    found: Visits = defaultdict(list)
    if any(item.kind == closed_days.KIND for item in items):
        for one in closings.touched(clinic=actor.clinic, at=now):
            if not one.is_settled:  # nobody has said that it stays
                found[closed_days.KIND, one.visit.patient].append(one.visit)
    asked = [item.opened_at for item in items if item.kind == not_come.KIND]
    if asked:
        since = min(asked) - booking.OLDEST
        for visit in booking.not_come(clinic=actor.clinic, at=now, since=since):
            found[not_come.KIND, visit.patient].append(visit)
    return found


def _of(item: WorkView, visits: Visits) -> list[AppointmentView]:
    if item.patient is None:
        return []
    found = visits.get((item.kind, item.patient), [])
    if item.kind != not_come.KIND:
        return found
    return [one for one in found if one.starts_at >= item.opened_at - booking.OLDEST]


def _words(item: WorkView, visits: Sequence[AppointmentView], expected: Crossing | None) -> str:
    """What is to do; of visits all of them, since the work ends with the last."""
    words = labels.word(labels.WORK, item.kind)
    if expected is not None:
        return f"{words}: {forecast_view.proposed(expected)}"
    if not visits:
        return words
    count = ngettext("{n} visit", "{n} visits", len(visits)).format(n=len(visits))
    return f"{words} ({count}: {', '.join(moment(one.starts_at) for one in visits)})"


def _href(item: WorkView, visits: Sequence[AppointmentView]) -> str:
    name, whose, _words = PAGES.get(item.kind, ("", "", ""))
    if not name or (whose == VISIT and not visits):
        return ""
    if whose == VISIT:
        return reverse(name, args=[visits[0].id])
    subject = getattr(item, whose) if whose else None
    return reverse(name, args=[subject] if subject else [])


@page("work.open", opens="work")
def work(request: PageRequest) -> HttpResponse:
    """This function will list everything that waits for my roles."""
    found = waiting(request.actor, request.at)
    request.shown += [str(one.item.patient) for one in found if one.item.patient]
    return render(request, "staff/work/work.html", {"found": found})


@page("work.handle", opens="work")
@require_POST
def take(request: PageRequest, item: uuid.UUID) -> HttpResponseBase:
    """This function will note that I take an item on."""
    worklist.acknowledge(actor=request.actor, uid=act_of(request), at=request.at, item=item)
    messages.success(request, _("You have taken it on."))
    return redirect("work")


@page("work.handle", opens="work")
@require_POST
def done(request: PageRequest, item: uuid.UUID) -> HttpResponseBase:
    """This function will close an item with what was done."""
    text = request.POST.get("text", "").strip()
    if not text or len(text) > LONGEST:
        raise BadValue("text", N_("say in a few words what was done"))
    worklist.finish(actor=request.actor, uid=act_of(request), at=request.at, item=item, text=text)
    messages.success(request, _("It is done."))
    return redirect("work")


urlpatterns = [
    path("work", work, name="work"),
    path("work/<uuid:item>/take", take, name="work_take"),
    path("work/<uuid:item>/done", done, name="work_done"),
]
NAV = [
    NavItem(
        label=_lazy("Work list"), url_name="work", permission="work.open", order=12, icon="list"
    )
]
