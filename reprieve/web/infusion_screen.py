"""The infusion's screen from what was read: tiles, status, due times and the grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.monitoring import precedence
from reprieve.monitoring.alarm_state import Alarm
from reprieve.monitoring.policy import Rung
from reprieve.monitoring.schedule import Due
from reprieve.monitoring.vitals import Reading
from reprieve.records.frame_arrays import Point
from reprieve.records.queries.live import Feed, Head
from reprieve.web import infusion_words as words
from reprieve.web.infusion_lines import LATE_MS, lines

MINUTE_MS = 60_000
OLD_DEVICE_MS = MINUTE_MS
OLD_MS = 5 * MINUTE_MS
OLD_SCORE_MS = 30 * MINUTE_MS
SLOW = frozenset({"sbp", "dbp", "map", "temp_c"})
# Name of the tile, the signals it may show (the first that is known), its colour.
RATES = ("heart_rate", "pulse_rate")
TILES = (
    (RATES, "hr"),
    (("spo2",), "spo2"),
    (("sbp",), "bp"),
    (("respiratory_rate",), "rr"),
    (("etco2",), ""),
    (("rass", "moaas"), ""),
    (("pain",), ""),
    (("dissociation", "cadss6"), ""),
)
# The pages that belong to a state; in `NEXT` the first of them is what comes next.
_ORDERS = (("orders", _lazy("Orders")), ("bag", _lazy("Bag and label")))
WAYS: dict[str, tuple[tuple[str, Any], ...]] = {
    "prepared": (("gate", _lazy("Ready to start?")), *_ORDERS),
    "running": _ORDERS,
    "paused": _ORDERS,
    "stopped": _ORDERS,
    "recovery": (("recovery", _lazy("Recovery")),),
}
NEXT = frozenset({"prepared", "recovery"})
ALWAYS = frozenset({"heart_rate", "spo2", "sbp", "respiratory_rate", "rass", "pain"})
# ISO 26825: the colour of a drug's row by its group.
GROUPS = {"orange": "benzo", "salmon": "emetic", "green": "chol", "blue": "opioid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One value readable from two metres. `value` empty: never measured."""

    id: str
    name: str
    value: str
    unit: str
    colour: str
    at_ms: int | None
    old_ms: int
    source: str
    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One line of the bar: a signal's worst alarm, how many lie under it, and whose answer is due.

    `unanswered` is the list of alarm ids that one press answers, as JSON; empty when none waits.
    `called`: who was told last since nobody answered; `is_unheard`: there is nobody left to tell.
    """

    line: Any
    more: int
    unanswered: str
    called: str = ""
    is_unheard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What was ordered, given and is left. Milligrams as text, times in ms."""

    state: str
    kind: str
    word: str
    rate: str
    given: str
    order: str
    limit: str
    started_ms: int | None
    left_ms: int | None
    runs: bool
    ways: tuple[tuple[str, str], ...]
    next: bool


def status(head: Head, *, now_ms: int) -> Status:
    """This function will say where the infusion stands."""
    kind, word = words.STATES.get(head.chart.state, ("off", head.chart.state))
    order = next((o for o in reversed(head.chart.orders) if not o["as_needed"]), None)
    return Status(
        state=head.chart.state,
        kind=kind,
        word=str(word),
        rate=words.mg(head.course.rate_ug_per_h),
        given=words.mg(head.course.given_ug(now_ms)),
        order=words.mg(_planned_ug(order)) if order else "",
        limit=words.mg(order["max_total_ug"]) if order else "",
        started_ms=head.course.started_ms,
        left_ms=_left_ms(head, order, now_ms),
        runs=head.course.rate_ug_per_h > 0,
        ways=tuple((name, str(word)) for name, word in WAYS.get(head.chart.state, ())),
        next=head.chart.state in NEXT,
    )


def _planned_ug(order: dict[str, Any]) -> int:
    hours = [(s["end_min"] - s.get("start_min", 0)) / 60 for s in order["steps"]]
    rates = [s["rate_ug_per_h"] for s in order["steps"]]
    total: float = sum(h * r for h, r in zip(hours, rates, strict=True))
    return round(total)


def _left_ms(head: Head, order: dict[str, Any] | None, now_ms: int) -> int | None:
    if order is None or not order["steps"]:
        return None
    planned_min: int = max(s["end_min"] for s in order["steps"])
    ran_ms = sum((s.end_ms or now_ms) - s.start_ms for s in head.course.segments)
    return max(0, planned_min * MINUTE_MS - ran_ms)


def tiles(head: Head, *, now_ms: int) -> list[Tile]:
    """This function will lay out the newest values; one that nobody measured is empty."""
    found = []
    for names, colour in TILES:
        known = [n for n in names if n in head.alarms.tracks]
        name = known[0] if known else names[0]
        if names == RATES:
            name = _rate(head, now_ms) or name
        if name in ALWAYS or _newest(head, name) is not None:
            found.append(_tile(head, name, colour))
    return found


def _rate(head: Head, now_ms: int) -> str | None:
    """Name the signal that gives the rate now: the ECG's, or the pulse while that is old."""
    heart, pulse = (_reading(head, name) for name in RATES)
    chosen = precedence.rate(heart=heart, pulse=pulse, at_ms=now_ms, fresh_ms=OLD_DEVICE_MS)
    return chosen.signal if chosen else None


def _reading(head: Head, name: str) -> Reading | None:
    track = head.alarms.tracks.get(name)
    if track is None or track.value is None:
        return None
    return Reading(
        signal=name, value=track.value, at_ms=track.value_ms, recorded_ms=track.value_ms
    )


def _tile(head: Head, name: str, colour: str) -> Tile:
    newest = _newest(head, name)
    value, at_ms, device = newest if newest else ("", None, False)
    return Tile(
        id=f"tile-{name}",
        name=_("BP") if name == "sbp" else words.signal(name),
        value=value,
        unit=words.unit(name),
        colour=colour,
        at_ms=at_ms,
        old_ms=_old_ms(name, device=device),
        source=_("monitor") if device else _("typed"),
        alarm=_worst(head.alarms.shown, {"sbp", "dbp", "map"} if name == "sbp" else {name}),
    )


def _newest(head: Head, name: str) -> tuple[str, int, bool] | None:
    """The newest value that the alarms know, or the newest typed one of a comfort score."""
    track = head.alarms.tracks.get(name)
    if track is not None and track.value is not None:
        device = track.seen_ms is not None and track.seen_ms == track.value_ms
        shown = _pressure(head, track.value) if name == "sbp" else f"{track.value:g}"
        return shown, track.value_ms, device
    told = [v for v in head.typed if v.signal == name and not v.corrected and v.value is not None]
    return (f"{told[-1].value:g}", told[-1].at_ms, False) if told else None


def _pressure(head: Head, sbp: float) -> str:
    lower = head.alarms.tracks.get("dbp")
    return f"{sbp:g}/{lower.value:g}" if lower and lower.value is not None else f"{sbp:g}/?"


def _old_ms(name: str, *, device: bool) -> int:
    if name in {"pain", "dissociation", "cadss6", "rass", "moaas"}:
        return OLD_SCORE_MS
    return OLD_DEVICE_MS if device and name not in SLOW else OLD_MS


def _worst(alarms: Iterable[Alarm], names: set[str]) -> str:
    return next((a.priority for a in alarms if a.signal in names and a.phase != "latched"), "")


def alarms(head: Head, *, ladder: Sequence[Rung]) -> list[Shown]:
    """This function will list the alarms for the bar, one line a signal, worst first."""
    found: dict[tuple[str, str], list[Alarm]] = {}
    for alarm in head.alarms.shown:
        about = alarm.signal if alarm.kind == "clinical" else alarm.key
        found.setdefault((alarm.kind, about), []).append(alarm)
    return [_shown(group, ladder) for group in found.values()]


def called(alarms: Iterable[Alarm], ladder: Sequence[Rung]) -> tuple[str, bool]:
    """This function will say who was told last, since nobody answered, and if nobody is left."""
    rung = max((a.rung for a in alarms if a.wants_someone), default=0)
    if rung <= 1 or rung > len(ladder):  # the first step is the chair itself
        return "", False
    return _(ladder[rung - 1].to), rung == len(ladder)


def _shown(group: list[Alarm], ladder: Sequence[Rung]) -> Shown:
    waiting = [a.id for a in group if a.wants_someone]
    told, is_unheard = called(group, ladder)
    return Shown(
        called=told,
        is_unheard=is_unheard,
        line=words.alarm_line(group[0]),
        more=len(group) - 1,
        unanswered=orjson.dumps(waiting).decode() if waiting else "",
    )


def due(head: Head) -> list[tuple[str, str, Due]]:
    """This function will name what is due, soonest first, and what it is a re-check after."""
    return [(words.signal(d.what), words.because(d), d) for d in head.due]


def feed_ms(head: Head) -> int | None:
    """This function will tell when the monitor last sent anything, None in a chair by hand."""
    if not head.monitor:
        return None
    return max((t.seen_ms for t in head.alarms.tracks.values() if t.seen_ms), default=None)


def grid(
    head: Head, feed: Feed, *, now_ms: int, whole: bool, limits: Any
) -> dict[str, Any]:
    """This function will give the grid's script what it draws; device values may be a delta."""
    return {
        "whole": whole,
        "now": now_ms,
        "feed": _drawn(feed.points),
        "beside": _drawn(feed.beside),
        "doubts": [[d.signal, d.at_ms, d.value, words.doubt(d)] for d in feed.doubts],
        "hand": [
            [v.signal, v.at_ms, v.value, v.recorded_ms - v.at_ms > LATE_MS, v.corrected, v.id]
            for v in head.typed
        ],
        "rates": [
            [s.start_ms, s.end_ms, s.rate_ug_per_h / 1000] for s in head.course.segments
        ],
        "boluses": [[b.at_ms, b.dose_ug / 1000] for b in head.course.boluses],
        "given": head.course.given_ug(now_ms) / 1000,
        "drugs": [
            [d["at_ms"], d["drug"], d["dose_text"], d["deviation"], d["dose_ug"], d["corrected"]]
            for d in head.chart.drugs if not d["retracts"]
        ],
        "marks": [[line.at_ms, line.number, bool(line.late), line.struck] for line in lines(head)],
        "limits": limits,
    }  # fmt: skip


def _drawn(points: dict[str, list[Point]]) -> dict[str, list[list[float]]]:
    return {n: [[p.at_ms, p.low, p.high, p.last] for p in row] for n, row in points.items()}


def limits_drawn(rules: Iterable[Any]) -> dict[str, dict[str, float]]:
    """This function will choose the tightest absolute limit of each side that asks for an act."""
    found: dict[str, dict[str, float]] = {}
    for rule in rules:
        if rule.is_relative or rule.priority == "low":
            continue
        sides = found.setdefault(rule.signal, {})
        if rule.is_upper:
            sides["high"] = min(rule.threshold, sides.get("high", rule.threshold))
        else:
            sides["low"] = max(rule.threshold, sides.get("low", rule.threshold))
    return found
