"""The calendar: a day by chair and clinician, a week, and a place for one visit."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import booking, booking_times, booking_walk_in
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import Conflict
from reprieve.records.queries import booking as queries
from reprieve.records.queries import clinics, closed_days
from reprieve.scheduling.wall import resolve
from reprieve.web import booking_grid, labels
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.collect import NavItem
from reprieve.web.days import DayField, on_calendar
from reprieve.web.patient_strip import opened
from reprieve.web.words import clock_time, form_errors, say

WEEK = timedelta(days=7)
# The visit that is booked in each state of the episode, unless somebody chooses another.
USUAL = {"planned": "infusion", "in_series": "infusion", "follow_up": "follow_up"}


def day_of(request: PageRequest) -> date:
    """This function will read the day asked for; the clinic's today when none can be read."""
    today = timezone.localtime(request.at).date()
    try:
        wanted = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return wanted if on_calendar(wanted) else today


def moment_of(clinic: uuid.UUID, day: date, wall: time) -> datetime:
    """This function will find the moment that the clinic's clock shows.

    Raises BadValue for a time that the clock jumps over: another one is never chosen in silence.
    """
    shown = resolve(day=day, wall=wall, zone=clinics.clinic(clinic).timezone)
    if shown.kind == "nonexistent":
        raise BadValue("time", N_("does not exist on this day: the clocks go forward"))
    return shown.at


@page("booking.open", opens="calendar")
def day(request: PageRequest) -> HttpResponse:
    """This function will show a day as a grid of chairs and clinicians, and as a list."""
    wanted = day_of(request)
    found = booking_grid.grid(clinic=request.actor.clinic, day=wanted, at=request.at)
    request.shown += [str(one.visit.patient) for one in found.visits]
    template = "print_day" if "print" in request.GET else "day"
    context = {"grid": found, "closed": _closed(request).get(wanted), **_around(wanted, 1)}
    return render(request, f"staff/booking/{template}.html", context)


def _closed(request: PageRequest) -> dict[date, closed_days.ClosedDay]:
    found = closed_days.standing(clinic=request.actor.clinic, at=request.at)
    return {one.day: one for one in found}


def _around(wanted: date, days: int) -> dict[str, Any]:
    step = timedelta(days=days)
    return {"day": wanted, "before": wanted - step, "after": wanted + step}


@page("booking.open", opens="calendar")
def week(request: PageRequest) -> HttpResponse:
    """This function will show the seven days from a Monday."""
    clinic, wanted = request.actor.clinic, day_of(request)
    monday = wanted - timedelta(days=wanted.weekday())
    zone = clinics.clinic(clinic).timezone
    days = [monday + timedelta(days=n) for n in range(7)]
    start, _tuesday = booking_grid.day_bounds(monday, zone)
    _sunday, end = booking_grid.day_bounds(days[-1], zone)
    visits = booking_grid.shown(clinic, queries.between(clinic=clinic, start=start, end=end))
    request.shown += [str(one.visit.patient) for one in visits]
    closed = _closed(request)
    columns = [
        (day, [v for v in visits if timezone.localtime(v.visit.starts_at).date() == day],
         closed.get(day))
        for day in days
    ]  # fmt: skip
    context = {"columns": columns, "today": timezone.localtime(request.at).date()}
    return render(request, "staff/booking/week.html", context | _around(monday, 7))


class WhenForm(forms.Form):
    """Which visit on which day, with whom: asked first, so that free times can be shown."""

    kind = forms.ChoiceField(label=_lazy("Visit"), choices=list(labels.VISITS.items()))
    day = DayField(label=_lazy("Day"))
    practitioner = forms.ChoiceField(label=_lazy("Clinician"), required=False)

    def __init__(self, data: Any, *, clinic: uuid.UUID) -> None:
        super().__init__(data)
        nobody = ("", _("nobody in particular"))
        self.fields["practitioner"].choices = [nobody, *booking_grid.clinicians(clinic)]  # type: ignore[attr-defined]


class PlaceForm(forms.Form):
    """A free time, or another time of one's own."""

    place = forms.ChoiceField(
        label=_lazy("Free times"), widget=forms.RadioSelect,
        error_messages={
            "required": _lazy("Choose a time."),
            "invalid_choice": _lazy("This time is not free any more. Choose another."),
        },
    )  # fmt: skip
    time = forms.TimeField(
        label=_lazy("Another time"), required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
    )  # fmt: skip
    chair = forms.ChoiceField(label=_lazy("Chair"), required=False)
    anyway = forms.BooleanField(
        label=_lazy("Book outside opening hours or beyond the nurses' number"), required=False
    )

    def __init__(
        self, data: Any, *, clinic: uuid.UUID, free: list[booking_times.Free] | None = None
    ) -> None:
        super().__init__(data)
        chairs = [(str(chair.id), chair.name) for chair in clinics.chairs(clinic=clinic)]
        self.fields["chair"].choices = [("", _("no chair")), *chairs]  # type: ignore[attr-defined]
        self.fields["place"].choices = [(_key(one), _label(one)) for one in free or ()]  # type: ignore[attr-defined]
        self.fields["place"].required = not (data and data.get("time"))


def _key(one: booking_times.Free) -> str:
    return f"{one.starts_at.isoformat()}|{one.chair or ''}"


def _label(one: booking_times.Free) -> str:
    return f"{clock_time(one.starts_at)} {one.chair_name}".strip()


@page("booking.change", opens="patient")
def new(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will book one visit: the day first, then one of its free times."""
    clinic = request.actor.clinic
    header, strip = opened(request, patient)
    when = WhenForm(_first_question(request, header.state), clinic=clinic)
    free = _free(request, when) if when.is_valid() else []
    bound = request.POST if request.method == "POST" else None
    place = PlaceForm(bound, clinic=clinic, free=free)
    if bound is not None and when.is_valid() and place.is_valid():
        try:
            return _booked(request, patient, when.cleaned_data, place.cleaned_data)
        except BadValue as error:
            form_errors(place, error)
        except Conflict as error:
            place.add_error(None, say(error.message))
    closed = _closed(request).get(when.cleaned_data["day"]) if when.is_valid() else None
    context = {"patient": strip, "patient_id": patient, "when": when, "place": place, "free": free,
               "closed": closed}  # fmt: skip
    status = 422 if place.is_bound else 200
    return render(request, "staff/booking/new.html", context, status=status)


def _first_question(request: PageRequest, state: str) -> dict[str, str]:
    today = timezone.localtime(request.at).date()
    day = booking_times.next_day(clinic=request.actor.clinic, after=today, at=request.at)
    usual = {"kind": USUAL.get(state, "consultation"), "day": day.isoformat()}
    return usual | {name: request.GET[name] for name in WhenForm.base_fields if name in request.GET}


def _free(request: PageRequest, when: WhenForm) -> list[booking_times.Free]:
    data = when.cleaned_data
    return booking_times.free(
        clinic=request.actor.clinic, day=data["day"], kind=data["kind"], at=request.at,
        practitioner=_id(data["practitioner"]),
    )  # fmt: skip


def _id(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None


def _booked(
    request: PageRequest, patient: uuid.UUID, when: dict[str, Any], place: dict[str, Any]
) -> HttpResponseBase:
    made = booking.book(
        actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
        wanted=_slot(request, when, place), anyway=place["anyway"],
    )  # fmt: skip
    messages.success(request, _("The visit is booked."))
    return redirect("booking_visit", made)


def _slot(request: PageRequest, when: dict[str, Any], place: dict[str, Any]) -> Slot:
    who = _id(when["practitioner"])
    if place["time"]:
        starts_at = moment_of(request.actor.clinic, when["day"], place["time"])
        chair = _id(place["chair"])
    else:
        start, _sep, name = place["place"].partition("|")
        starts_at, chair = datetime.fromisoformat(start), _id(name)
    if when["kind"] == "infusion" and chair is None:
        raise BadValue("chair", _("An infusion needs a chair."))
    return Slot(starts_at=starts_at, kind=when["kind"], chair=chair, practitioner=who)


class WalkInForm(forms.Form):
    """Somebody stands at the desk: what for, and where to."""

    kind = forms.ChoiceField(label=_lazy("Visit"), choices=list(labels.VISITS.items()))
    chair = forms.ChoiceField(label=_lazy("Chair"), required=False)
    practitioner = forms.ChoiceField(label=_lazy("Clinician"), required=False)

    def __init__(self, data: Any, *, clinic: uuid.UUID) -> None:
        super().__init__(data)
        chairs = [(str(chair.id), chair.name) for chair in clinics.chairs(clinic=clinic)]
        nobody = ("", _("nobody in particular"))
        self.fields["chair"].choices = [("", _("no chair")), *chairs]  # type: ignore[attr-defined]
        self.fields["practitioner"].choices = [nobody, *booking_grid.clinicians(clinic)]  # type: ignore[attr-defined]


@page("booking.change", opens="patient")
def walk_in(request: PageRequest, patient: uuid.UUID) -> HttpResponseBase:
    """This function will book somebody who is here now, and note that they arrived."""
    _header, strip = opened(request, patient)
    form = WalkInForm(request.POST or None, clinic=request.actor.clinic)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = booking_walk_in.walk_in(
                actor=request.actor, uid=act_of(request), at=request.at, patient=patient,
                kind=data["kind"], chair=_id(data["chair"]), practitioner=_id(data["practitioner"]),
            )  # fmt: skip
        except Conflict as error:
            form.add_error(None, say(error.message))
        else:
            messages.success(request, _("Booked for now and noted as arrived."))
            return redirect("booking_visit", made)
    status = 422 if form.is_bound else 200
    context = {"patient": strip, "form": form}
    return render(request, "staff/booking/walk_in.html", context, status=status)


urlpatterns = [
    path("booking", day, name="booking_day"),
    path("booking/week", week, name="booking_week"),
    path("patients/<uuid:patient>/book", new, name="booking_new"),
    path("patients/<uuid:patient>/walk-in", walk_in, name="booking_walk_in"),
]
NAV = [
    NavItem(
        label=_lazy("Calendar"), url_name="booking_day", permission="booking.open", order=30,
        icon="calendar",
    )
]  # fmt: skip
