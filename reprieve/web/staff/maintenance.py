"""Maintenance: observed fading proposes a booster, the physician decides, one act books it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from reprieve.knowledge import BadValue
from reprieve.outcomes.booster import Need, surveillance_needs
from reprieve.outcomes.rules import Rules
from reprieve.pathway import booking_times, booster_gap, maintenance
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import Conflict, NotNow
from reprieve.pathway.maintenance import Accepted
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import booking, decisions, ladders, plans, response
from reprieve.scheduling.boosters import Due
from reprieve.web import patient_page, reauth, relief_chart, relief_words
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.words import day, form_errors, moment, say

PROPOSED, DAYS_AHEAD, A_DAY = 6, 14, 2
OWN_IDS = "no_%s"  # two forms of the page ask for a reason
OUTCOMES = {
    "accepted": _lazy("booster accepted"), "declined": _lazy("no booster now"),
    booster_gap.ALLOWED: _lazy("a nearer date allowed"),
}  # fmt: skip


class AcceptForm(forms.Form):
    """A booster: why, how many sessions, and when. `earliest` keeps the shortest gap: before it
    the form asks why.
    """

    reason = forms.CharField(
        label=_lazy("Why a booster now"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    sessions = forms.IntegerField(label=_lazy("Sessions"), min_value=1, max_value=10)
    place = forms.ChoiceField(
        label=_lazy("First session"), widget=forms.RadioSelect, required=False,
        help_text=_lazy("Or leave it open: the front desk books it then."),
    )  # fmt: skip
    nearer = forms.CharField(
        label=_lazy("Why nearer than the shortest gap"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    password = forms.CharField(
        label=_lazy("Your password, to sign"), strip=False,
        help_text=_lazy("My signature means: I order this plan for this patient; each session's "
                        "orders follow from it."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip

    def __init__(
        self, *args: Any, free: Sequence[booking_times.Free], due: Due | None,
        earliest: date | None, today: date, **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **more)
        self.due = due
        near = {one for one in free if earliest and timezone.localdate(one.starts_at) < earliest}
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            (_key(one), _near(one) if one in near else _label(one)) for one in free
        ]
        if due is not None:
            self.fields["sessions"].initial = due.sessions
            self.fields["sessions"].help_text = _proposed(due)
        if earliest and today < earliest:
            self.fields[booster_gap.FIELD].help_text = _(
                "Needed for a first session before {day}, also where the front desk books it."
            ).format(day=day(earliest))
        else:
            del self.fields[booster_gap.FIELD]

    def accepted(self) -> Accepted:
        """Give what a valid form holds."""
        data = self.cleaned_data
        return Accepted(
            reason=data["reason"], sessions=data["sessions"], slot=_slot(data["place"]),
            nearer=data.get(booster_gap.FIELD, ""),
        )  # fmt: skip


class NearerForm(forms.Form):
    """Why the booster in force may come nearer than the gap."""

    nearer = forms.CharField(
        label=_lazy("Why nearer than the shortest gap"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class DeclineForm(forms.Form):
    """Why there is no booster now."""

    reason = forms.CharField(
        label=_lazy("Why not now"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


def _key(one: booking_times.Free) -> str:
    return f"{one.starts_at.isoformat()}|{one.chair or ''}"


def _label(one: booking_times.Free) -> str:
    return f"{moment(one.starts_at)} {one.chair_name}".strip()


def _near(one: booking_times.Free) -> str:
    return _("{time}, nearer than the shortest gap").format(time=_label(one))


def _proposed(due: Due) -> str:
    words = ngettext(
        "The ladder proposes {n} session, from {first} to {last}.",
        "The ladder proposes {n} sessions, from {first} to {last}.", due.sessions,
    )  # fmt: skip
    return words.format(n=due.sessions, first=day(due.window_from), last=day(due.window_until))


def _slot(text: str) -> Slot | None:
    if not text:
        return None
    start, _sep, chair = text.partition("|")
    return Slot(
        starts_at=datetime.fromisoformat(start), kind="infusion",
        chair=uuid.UUID(chair) if chair else None,
    )  # fmt: skip


@page("maintenance.open", opens="maintenance")
def overview(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will show whether relief fades, what must be known first, and decide."""
    form = _form(request, patient, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            password = form.cleaned_data["password"]
            reauth.confirm(request, password)
            done = maintenance.accept(
                actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
                accepted=form.accepted(), password=password,
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        except (Conflict, NotNow) as error:
            form.add_error(None, say(error.message))
        else:
            messages.success(request, _booked(done["appointment"]))
            return redirect("maintenance", patient)
    return _shown(request, patient, form, DeclineForm(auto_id=OWN_IDS))


def _booked(appointment: str) -> str:
    if appointment:
        return _("The booster is planned and booked. The patient is told.")
    return _("The booster is planned. The front desk books it.")


@page("maintenance.decide", opens="maintenance")
@require_POST
def decline(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will note why there is no booster now."""
    form = DeclineForm(request.POST, auto_id=OWN_IDS)
    if not form.is_valid():
        return _shown(request, patient, _form(request, patient, None), form)
    maintenance.decline(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
        reason=form.cleaned_data["reason"],
    )  # fmt: skip
    messages.success(request, _("It is noted. The diary goes on."))
    return redirect("maintenance", patient)


@page("maintenance.decide", opens="maintenance")
@require_POST
def nearer(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will note why the desk may book the booster nearer than the shortest gap."""
    form = NearerForm(request.POST)
    if not form.is_valid():
        again, no = _form(request, patient, None), DeclineForm(auto_id=OWN_IDS)
        return _shown(request, patient, again, no, form)
    booster_gap.allow(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
        reason=form.cleaned_data[booster_gap.FIELD],
    )  # fmt: skip
    messages.success(request, _("It is noted. The front desk may book a nearer date."))
    return redirect("maintenance", patient)


def _form(request: PageRequest, patient: uuid.UUID, said: Any) -> AcceptForm:
    whose: dict[str, Any] = {"clinic": request.actor.clinic, "patient": patient, "at": request.at}
    free = _free(request) if request.method == "POST" or _may(request) else []
    return AcceptForm(
        said, free=free, due=ladders.next_due(**whose), earliest=ladders.earliest(**whose),
        today=timezone.localtime(request.at).date(),
    )  # fmt: skip


def _may(request: PageRequest) -> bool:
    return allowed(request.actor, "maintenance.decide")


def _shown(
    request: PageRequest, patient: uuid.UUID, form: AcceptForm, no: DeclineForm,
    nearer: NearerForm | None = None,
) -> HttpResponse:  # fmt: skip
    clinic = request.actor.clinic
    header = patient_page.opened(request, patient)
    today = timezone.localtime(request.at).date()
    story = response.story(clinic=clinic, patient=patient, at=request.at)
    plan = plans.current(clinic=clinic, patient=patient)
    shown = {
        **patient_page.context(request, header), "form": form, "no": no,
        "proposal": maintenance.proposal(clinic=clinic, patient=patient, at=request.at),
        "needs": _needs(request, patient, story.rules) if story.treatments else [],
        "fading": story.response.fading if story.response else None,
        "chart": relief_chart.data(
            entries=[e for e in story.entries if e.kind == "diary"],
            treatments=story.treatments, today=today,
        ),
        "title": relief_chart.title(story.response), "plan": plan,
        "given": relief_words.given(story.treatments),
        "due": form.due,
        "may_decide": _may(request) and header.state in maintenance.STATES and plan is not None,
        "decided": [
            (one, str(OUTCOMES.get(one.outcome, one.outcome)))
            for one in decisions.of_patient(clinic=clinic, patient=patient, kind="booster")
        ],
        "booked": _coming(request, patient),
        "held_until": (
            booster_gap.held_until(clinic=clinic, patient=patient, at=request.at)
            if header.state in booster_gap.STATES else None
        ),
        "nearer": nearer or NearerForm(),
        "may_allow": _may(request),
    }  # fmt: skip
    refused = form.is_bound or no.is_bound or nearer is not None
    return render(request, "staff/maintenance/overview.html", shown, status=422 if refused else 200)


def _needs(request: PageRequest, patient: uuid.UUID, rules: Rules) -> list[tuple[str, Any]]:
    today = timezone.localtime(request.at).date()
    known = response.surveillance(clinic=request.actor.clinic, patient=patient, at=request.at)
    found: tuple[Need, ...] = surveillance_needs(surveillance=known, at=today, rules=rules)
    return [(str(relief_words.FACTS.get(n.fact, n.fact)), n.reason) for n in found]


def _coming(request: PageRequest, patient: uuid.UUID) -> list[Any]:
    visits = booking.of_patient(clinic=request.actor.clinic, patient=patient)
    return [
        v for v in visits
        if v.kind == "infusion" and v.starts_at > request.at and v.status in {"booked", "late"}
    ]  # fmt: skip


def _free(request: PageRequest) -> list[booking_times.Free]:
    """The next free times, two a day: in the morning and later."""
    today = timezone.localtime(request.at).date()
    found: list[booking_times.Free] = []
    for n in range(1, DAYS_AHEAD + 1):
        times = booking_times.free(
            clinic=request.actor.clinic, day=today + timedelta(days=n), kind="infusion",
            at=request.at,
        )  # fmt: skip
        found += times[:: max(1, len(times) // A_DAY)][:A_DAY]
        if len(found) >= PROPOSED:
            break
    return found[:PROPOSED]


urlpatterns = [
    path("maintenance/<uuid:patient>", overview, name="maintenance"),
    path("maintenance/<uuid:patient>/decline", decline, name="maintenance_decline"),
    path("maintenance/<uuid:patient>/nearer", nearer, name="maintenance_nearer"),
]
