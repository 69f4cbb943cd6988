"""The live parts of one infusion: made once for a version, shared by all who look at it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reprieve.knowledge import N_
from reprieve.monitoring.timeline import Cell, Happening, Row
from reprieve.pathway import alarm_policy, charting_harm
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound
from reprieve.records.queries import clinics
from reprieve.records.queries import live as queries
from reprieve.web import infusion_lines, infusion_screen, limit_view
from reprieve.web import infusion_words as words
from reprieve.web.access import PageRequest
from reprieve.web.live_reader import Shared, reader

TABLE_SIGNALS = ("sbp", "dbp", "map", "heart_rate", "pulse_rate", "spo2", "respiratory_rate",
                 "etco2", "temp_c")  # fmt: skip
MOST = 3  # doubtful values and values beside, said in one cell of the table
BEAT_MS = 30_000  # what grows by time alone (given, left) is made anew so often
LONGEST = 19  # digits: a longer number is in no row, and overflows the database's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a page has read: the newest notice, the newest frame of the monitor, the beat."""

    version: int
    frame: int
    beat: int = 0

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Read what the page sends back; anything else is the beginning."""
        parts = text.split(".")
        if len(parts) != 3 or not all(n.isdecimal() and len(n) < LONGEST for n in parts):
            return cls(version=0, frame=0)
        version, frame, beat = map(int, parts)
        return cls(version=version, frame=frame, beat=beat)

    def __str__(self) -> str:
        return f"{self.version}.{self.frame}.{self.beat}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One answer: the alarms, which stay sharp behind the lock, the rest, and the cursor."""

    alarms: str
    rest: str
    cursor: Cursor

    def html(self, *, now_ms: int) -> str:
        """Return both as the one root that a poll is answered with.

        The server's time is that of the answer: the part itself may have been made a while ago.
        """
        root = f'<div data-cursor="{self.cursor}" data-now="{now_ms}">'
        return f"{root}{self.alarms}{self.rest}</div>"


_parts: Shared[Part] = Shared()


def version(request: PageRequest, encounter: uuid.UUID) -> int:
    """This function will return the newest notice of an infusion, from memory."""
    return reader.version(clinic=request.actor.clinic, subject=encounter)


def is_news(request: PageRequest, encounter: uuid.UUID, after: Cursor) -> bool:
    """This function will tell whether anything was written, or grew by time, since a cursor."""
    return after.version == 0 or after.beat != _beat(request) or (
        after.version != version(request, encounter)
    )  # fmt: skip


def _beat(request: PageRequest) -> int:
    return ms(request.at) // BEAT_MS


def current(request: PageRequest, encounter: uuid.UUID) -> Part:
    """This function will make the whole screen's live parts."""
    return since(request, encounter, Cursor(version=0, frame=0))


def since(request: PageRequest, encounter: uuid.UUID, after: Cursor) -> Part:
    """This function will make the live parts with the device's values after a cursor."""
    now = version(request, encounter)
    key = (request.actor.clinic, encounter, now, after.frame, _beat(request), get_language())
    return _parts.get(key, lambda: _made(request, encounter, now, after))


def _made(request: PageRequest, encounter: uuid.UUID, now: int, after: Cursor) -> Part:
    clinic, now_ms = request.actor.clinic, ms(request.at)
    head = queries.head(clinic=clinic, encounter=encounter, at_ms=now_ms)
    if head is None:
        raise NotFound(N_("There is no such infusion."))
    feed = queries.feed(clinic=clinic, encounter=encounter, after=after.frame)
    cursor = Cursor(version=now, frame=feed.frame, beat=_beat(request))
    ground = alarm_policy.ground(clinic=clinic, encounters=[encounter], at=request.at)
    rules = alarm_policy.approved(**ground.rows(encounter))
    grid = infusion_screen.grid(
        head, feed, now_ms=now_ms, whole=after.frame == 0,
        limits=infusion_screen.limits_drawn(rules),
    )  # fmt: skip
    grid["zone"] = clinics.clinic(clinic).timezone
    silent = alarm_policy.is_record_only(clinic=clinic, at=request.at)
    context = {
        "encounter": encounter, "now_ms": now_ms, "head": head, "record_only": silent,
        "status": infusion_screen.status(head, now_ms=now_ms),
        "tiles": infusion_screen.tiles(head, now_ms=now_ms),
        "alarms": infusion_screen.alarms(
            head, ladder=alarm_policy.ladder(clinic=clinic, at=request.at)
        ),
        "sounding": "" if silent else head.alarms.sounding or "", "silence": head.alarms.silence,
        "due": infusion_screen.due(head), "feed_ms": infusion_screen.feed_ms(head),
        "lines": infusion_lines.lines(head),
        "own_limits": [
            limit_view.short(one) for one in alarm_policy.usable(ground.rows(encounter)["patient"])
        ],
        "grid": _script_safe(grid),
    }  # fmt: skip
    return Part(
        alarms=render_to_string("staff/infusion/live_alarms.html", context),
        rest=render_to_string("staff/infusion/live.html", context),
        cursor=cursor,
    )


def _script_safe(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    text = orjson.dumps(value).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def harm_terms() -> list[str]:
    """This function will list the usual side effects in the reader's words."""
    return [_(term) for term in charting_harm.TERMS]


def table(request: PageRequest, encounter: uuid.UUID) -> dict[str, Any]:
    """This function will lay the grid out as a table of five-minute rows."""
    head = queries.head(clinic=request.actor.clinic, encounter=encounter, at_ms=ms(request.at))
    if head is None:
        raise NotFound(N_("There is no such infusion."))
    found = queries.table(
        clinic=request.actor.clinic, encounter=encounter, marks=[*_marks(head)]
    )
    rows = found.rows
    shown = [s for s in TABLE_SIGNALS if any(s in row.cells for row in rows)]
    return {
        "heads": [f"{words.signal(s)} {words.unit(s)}".strip() for s in shown],
        "rows": [_table_row(row, shown, _said(row, found)) for row in rows],
        "given": words.mg(head.course.given_ug(ms(request.at))),
    }


def _marks(head: queries.Head) -> Iterator[Happening]:
    """What stands beside the values: numbered as on the grid, and what was struck through."""
    for line in infusion_lines.lines(head):
        marks = " · ".join(part for part in (line.replaced, line.stands_for) if part)
        said = f"{line.number}. {line.text}{f' ({marks})' if marks else ''}"
        yield Happening(at_ms=line.at_ms, what=said, id=f"{line.number:06}")
    for value in head.typed:
        if value.corrected:
            struck = _("{signal} {value} struck through").format(
                signal=words.signal(value.signal), value=value.value
            )
            yield Happening(at_ms=value.at_ms, what=struck, id=value.id)


def _said(row: Row, found: queries.Table) -> dict[str, list[str]]:
    """What is doubtful in a row of the table, and what a lesser source said beside it."""
    until_ms = row.at_ms + queries.TABLE_EVERY_MS
    said: dict[str, list[str]] = {}
    for doubt in found.doubts:
        if row.at_ms <= doubt.at_ms < until_ms:
            said.setdefault(doubt.signal, []).append(words.doubt(doubt))
    for name, points in found.beside.items():
        values = [f"{p.last:g}" for p in points if row.at_ms <= p.at_ms < until_ms]
        if values:
            said.setdefault(name, []).append(_("beside: {v}").format(v=", ".join(values[:MOST])))
    return {name: texts[:MOST] for name, texts in said.items()}


def _table_row(
    row: Row, shown: list[str], said: dict[str, list[str]]
) -> dict[str, Any]:
    return {
        "at": words.moment(row.at_ms),
        "cells": [_table_cell(row.cells.get(s), said.get(s, [])) for s in shown],
        "rate": "" if row.rate_mg_per_h is None else f"{row.rate_mg_per_h:.1f}",
        "scores": [f"{words.signal(s.what)} {s.value:g}" for s in row.scores],
        "events": [e.what for e in row.events],
    }


def _table_cell(cell: Cell | None, said: list[str]) -> dict[str, Any]:
    if cell is None:
        return {"text": "", "marks": ", ".join(said)}
    spread = f" ({cell.low:g}–{cell.high:g})" if cell.low != cell.high else ""
    marks = [_("typed")] if cell.by_hand else []
    marks += [_("late")] if cell.late else []
    marks += said
    return {"text": f"{cell.last:g}{spread}", "marks": ", ".join(marks)}
