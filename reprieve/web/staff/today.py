"""Today: the day by chair, who is late or waiting, what runs and sounds, what waits for me."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.pathway import clock
from reprieve.pathway.permissions import DESK, DIRECTOR, MANAGER, NURSE, PHYSICIAN, Actor, allowed
from reprieve.records.queries import board, outbox
from reprieve.web import booking_grid
from reprieve.web.access import PageRequest, page
from reprieve.web.booking_grid import Grid, Shown
from reprieve.web.collect import NavItem
from reprieve.web.presenters import STARS
from reprieve.web.staff.work import Waiting, waiting
from reprieve.web.words import ago

# So long after the time a person who is not here is shown as late by itself.
PATIENCE = timedelta(minutes=10)
TONES = {"high": "stop", "medium": "warn", "low": "now"}
SHOWN_WORK = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """One chair in use: what sounds there, in words."""

    seat: board.Seat
    state: str
    tone: str
    alarm: str


@page("today.open", opens="today")
def today(request: PageRequest) -> HttpResponse:
    """This function will show the day as it stands now."""
    actor, now = request.actor, request.at
    day = timezone.localtime(now).date()
    grid = timely(booking_grid.grid(clinic=actor.clinic, day=day, at=now), now)
    running = _running(actor, now)
    request.shown += [str(one.visit.patient) for one in grid.visits]
    request.shown += [str(one.seat.patient) for one in running]
    context: dict[str, Any] = {"grid": grid, "day": day, "running": running}
    context |= _counts(grid.visits, running)
    if "print" in request.GET:
        return render(request, "staff/today/print.html", context)
    context |= _mine(actor, now)
    request.shown += [str(one.item.patient) for one in context["work"] if one.item.patient]
    return render(request, "staff/today/today.html", context)


def timely(grid: Grid, now: datetime) -> Grid:
    """This function will mark who should have been here: the desk need not do it by hand."""
    known = {one.visit.id: _timely(one, now) for one in grid.visits}
    lanes = tuple(
        replace(
            lane,
            cells=tuple(
                replace(cell, visits=tuple(known[one.visit.id] for one in cell.visits))
                for cell in lane.cells
            ),
        )
        for lane in grid.lanes
    )
    return replace(grid, lanes=lanes, visits=tuple(known.values()))


def _timely(one: Shown, now: datetime) -> Shown:
    if one.visit.status != "booked" or now - one.visit.starts_at < PATIENCE:
        return one
    words = _("not here, {ago} late").format(ago=ago(one.visit.starts_at, now=now))
    return replace(one, tone="warn", status=words)


def _running(actor: Actor, now: datetime) -> list[Running]:
    seats = board.seats(clinic=actor.clinic, at_ms=clock.ms(now))
    may_see = allowed(actor, "infusion.board")
    return [_seat(seat, may_see) for seat in seats]


def _seat(seat: board.Seat, may_see: bool) -> Running:
    words = {
        "prepared": _("being prepared"), "running": _("running"), "paused": _("paused"),
        "stopped": _("stopped"), "recovery": _("recovering"),
    }  # fmt: skip
    worst = seat.worst if may_see else None
    if worst is None:
        return Running(seat=seat, state=words[seat.state], tone="ok", alarm="")
    named = {"high": _("high alarm"), "medium": _("medium alarm"), "low": _("low alarm")}
    alarm = f"{STARS[worst.priority]} {named[worst.priority]}"
    return Running(seat=seat, state=words[seat.state], tone=TONES[worst.priority], alarm=alarm)


def _counts(visits: Sequence[Shown], running: Sequence[Running]) -> dict[str, int]:
    """Waiting: arrived, and not in a chair with an infusion prepared or running."""
    seated = {one.seat.patient for one in running}
    here = [one for one in visits if one.visit.status == "arrived"]
    return {
        "late": sum(one.tone == "warn" for one in visits),
        "waiting": sum(one.visit.patient not in seated for one in here),
        "alarms": sum(bool(one.alarm) for one in running),
    }


def _mine(actor: Actor, now: datetime) -> dict[str, Any]:
    found: list[Waiting] = waiting(actor, now) if allowed(actor, "work.open") else []
    failed = outbox.count_open(clinic=actor.clinic) if allowed(actor, "outbox.open") else 0
    return {
        "work": found[:SHOWN_WORK],
        "work_count": len(found),
        "failed": failed,
        "may_mark": allowed(actor, "booking.change"),
        "may_see": allowed(actor, "infusion.open"),
        "may_find": allowed(actor, "patient.list"),
    }


urlpatterns = [path("today", today, name="today")]
NAV = [
    NavItem(
        label=_lazy("Today"), url_name="today", permission="today.open", order=10, icon="home",
        home_of=frozenset({DESK, NURSE, PHYSICIAN, DIRECTOR, MANAGER}),
    )
]  # fmt: skip
