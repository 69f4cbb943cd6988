"""The board of all chairs as its live part shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language

from reprieve.monitoring.policy import Rung
from reprieve.pathway import alarm_policy
from reprieve.pathway.clock import ms
from reprieve.records.queries import board as queries
from reprieve.records.queries.board import Seat
from reprieve.web import infusion_screen
from reprieve.web import infusion_words as words
from reprieve.web.access import PageRequest
from reprieve.web.live_reader import Shared, reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One answer: the board and its alarms alone as HTML, and the infusions on it."""

    html: str
    alarms: str
    shown: tuple[str, ...]
    version: int

    def root(self, *, now_ms: int) -> str:
        """Return what a poll is answered with; the server's time is that of the answer."""
        root = f'<div data-cursor="{self.version}" data-now="{now_ms}">'
        return f"{root}{self.alarms}{self.html}</div>"


_parts: Shared[Board] = Shared()


def part(request: PageRequest) -> Board:
    """This function will make the board, or hand out what was made for this version."""
    version = reader.version(clinic=request.actor.clinic)
    key = (request.actor.clinic, version, get_language())
    return _parts.get(key, lambda: _made(request, version))


def _made(request: PageRequest, version: int) -> Board:
    now_ms = ms(request.at)
    seats = queries.seats(clinic=request.actor.clinic, at_ms=now_ms)
    silent = alarm_policy.is_record_only(clinic=request.actor.clinic, at=request.at)
    ladder = alarm_policy.ladder(clinic=request.actor.clinic, at=request.at)
    sounds = [] if silent else [s.sounding for s in seats if s.sounding]
    shown = [_seat(s, ladder) for s in seats]
    context = {
        "seats": shown, "alarmed": [one for one in shown if one["alarm"]],
        "sounding": sounds[0] if sounds else "", "record_only": silent,
    }  # fmt: skip
    return Board(
        version=version,
        html=render_to_string("staff/board/live.html", context),
        alarms=render_to_string("staff/board/alarms.html", context),
        shown=tuple(str(s.patient) for s in seats),
    )


def _seat(seat: Seat, ladder: Sequence[Rung]) -> dict[str, Any]:
    kind, word = words.STATES.get(seat.state, ("off", seat.state))
    return {
        "seat": seat,
        "kind": kind,
        "word": word,
        "rate": words.mg(seat.rate_ug_per_h),
        "alarm": words.alarm_line(seat.worst) if seat.worst else None,
        "called": infusion_screen.called(seat.alarms, ladder)[0],
        "more": max(0, len(seat.alarms) - 1),
        "due": _due(seat),
    }


def _due(seat: Seat) -> str:
    if seat.due is None:
        return ""
    said = (words.signal(seat.due.what), words.because(seat.due))
    return " · ".join(part for part in said if part)
