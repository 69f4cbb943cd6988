"""The monitor's own alarms: shown beside ours, never a vital sign.

Two ways of writing them are read: a number and a text in one row (`2^Yellow Alarm^MDIL-ALERT`),
and IHE's alert message, where one alarm is a group of rows (event, source, phase, state, priority,
type). A watchdog's heart-beat looks like an alert and is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from reprieve.interop.hl7v2 import words
from reprieve.interop.hl7v2.groups import Group
from reprieve.interop.hl7v2.parse import Segment
from reprieve.interop.hl7v2.times import Clock
from reprieve.interop.hl7v2.values import Alert

_FACETS = ("phase", "state", "inactivation", "priority", "type", "about", "text", "watchdog")
UNKNOWN = "unknown"


@dataclass(slots=True)
class _Told:
    """What the rows of one alert have said so far."""

    event: Segment | None = None
    about: str = ""
    facets: dict[str, str] = field(default_factory=dict)


def numbered(obx: Segment) -> tuple[str, str, str] | None:
    """Return (system, number, name) when a row is an alert by itself, else None."""
    for at in (3, 5):
        if obx.text(at, 3) in tables():
            return obx.text(at, 3), obx.text(at), obx.text(at, 2)
    return None


def tables() -> Mapping[str, Any]:
    """Return the tables of alerts that are a number and a text in one row, by their system."""
    found: Mapping[str, Any] = _rules()["numbered"]
    return found


def is_numbered(obx: Segment, *, named: bool) -> bool:
    """Tell whether a row is an alert by itself; `named`: its code is of a table of alerts."""
    return named or (obx.delimiters.component in obx.raw(5) and numbered(obx) is not None)


def numbered_alert(obx: Segment, *, group: Group, clock: Clock) -> Alert:
    """Read an alert of one row; a number that is not known is shown with unknown priority."""
    system, number, name = numbered(obx) or ("", "", "")
    meaning = _rules()["numbered"].get(system, {}).get(number, {})
    text = name if obx.text(5, 3) == system else obx.text(5) or name
    return Alert(
        code=number,
        text=text,
        priority=meaning.get("priority", UNKNOWN),
        kind=meaning.get("kind", UNKNOWN),
        time=group.time(clock, row=obx),
    )


def grouped_alerts(group: Group, *, clock: Clock) -> tuple[tuple[Alert, ...], bool]:
    """Read the alerts of a group of rows, and whether one of them was a watchdog's heart-beat."""
    told = list(_told(group))
    beats = [t for t in told if _is_watchdog(t)]
    alerts = tuple(_alert(t, group, clock) for t in told if t not in beats)
    return alerts, bool(beats)


def _told(group: Group) -> Iterator[_Told]:
    """Gather rows into alerts: an event row after others begins the next one."""
    current = _Told()
    for obx in group.rows:
        if numbered(obx) or not (obx.text(2) or obx.text(5)):
            continue
        facet = _facet(obx)
        if facet is None and _is_event(obx) and (current.event or current.facets):
            yield current
            current = _Told()
        _take(current, obx, facet)
    if current.event or current.facets:
        yield current


def _take(told: _Told, obx: Segment, facet: str | None) -> None:
    if facet == "about":
        told.about = told.about or obx.text(5, 2) or obx.text(5)
    elif facet is not None:
        told.facets[facet] = obx.text(5)
    elif told.event is None:
        told.event = obx
    else:
        told.about = " ".join(p for p in (obx.text(3, 2), obx.text(5), _unit(obx)) if p)


def _alert(told: _Told, group: Group, clock: Clock) -> Alert:
    event = told.event
    priority, kind = _weight(told)
    return Alert(
        code=_event_code(event) if event else "",
        text=told.facets.get("text") or (_event_text(event) if event else ""),
        priority=priority,
        kind=kind,
        phase=told.facets.get("phase", "").lower(),
        state=told.facets.get("state", "").lower(),
        about=told.about,
        time=group.time(clock, row=event),
    )


def _weight(told: _Told) -> tuple[str, str]:
    """Return priority and kind from their rows, else from the event's OBX-8 (`A~PM~SP`)."""
    beside = told.event.repetitions(8) if told.event else ()
    priorities = [told.facets.get("priority", "").upper(), *beside]
    kinds = [told.facets.get("type", "").upper(), *beside]
    return _first_known(priorities, "priorities"), _first_known(kinds, "kinds")


def _first_known(said: list[str], table: str) -> str:
    known: Mapping[str, str] = _rules()[table]
    return next((known[s] for s in said if s in known), UNKNOWN)


def _is_watchdog(told: _Told) -> bool:
    """Tell a heart-beat from an alarm; a text alone never hides an alarm that has a priority."""
    named = " ".join(_names(told.event)) if told.event else ""
    if not words.tokens(named).isdisjoint({"WATCHDOG", "WTCHDG"}):
        return True
    priority, _ = _weight(told)
    shown = f"{named} {told.event.text(5) if told.event else ''}"
    hinted = "watchdog" in told.facets or not _watch_words().isdisjoint(words.tokens(shown))
    return hinted and (priority == "none" or (priority == UNKNOWN and "watchdog" in told.facets))


def _is_event(obx: Segment) -> bool:
    return "EVT" in words.tokens(" ".join(_names(obx)))


def _names(obx: Segment) -> tuple[str, str]:
    """Return the texts of the codes in OBX-3 and, when it is coded, in OBX-5."""
    return obx.text(3, 2), obx.text(5, 2)


def _event_code(obx: Segment) -> str:
    """Return what happened: OBX-5 when it is a code, else OBX-3."""
    return obx.text(5) if obx.text(5, 3) else obx.text(3)


def _event_text(obx: Segment) -> str:
    return obx.text(5, 2) or obx.text(5) or obx.text(3, 2)


def _unit(obx: Segment) -> str:
    return obx.text(6, 2) or obx.text(6)


def _facet(obx: Segment) -> str | None:
    table = _facets()
    return table.get(obx.text(3, 2).upper()) or table.get(obx.text(3))


@cache
def _facets() -> Mapping[str, str]:
    return {name: facet for facet in _FACETS for name in _rules()[facet]}


@cache
def _watch_words() -> frozenset[str]:
    return frozenset(_rules()["watchdog_words"])


def _rules() -> Mapping[str, Any]:
    rules: Mapping[str, Any] = words.rules()["alerts"]
    return rules
