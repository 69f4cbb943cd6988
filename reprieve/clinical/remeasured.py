"""How often a vital sign that is out of range was measured again before somebody decides about it.

Counted from the first reading out of range, in the unbroken run of such readings that leads to the
newest one: a calm reading before it repeats nothing, and one in between begins the count anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reprieve.clinical import facts as clinical_facts
from reprieve.clinical import safety
from reprieve.clinical.findings import Outcome, Step
from reprieve.clinical.safety import OwnNumbers, Registered
from reprieve.knowledge import BadValue

FACT = "remeasured_n"
MOST = 20
MS_PER_MIN = 60_000
# Two readings are two looks only when minutes lie between them.
APART_MS = 5 * MS_PER_MIN

# Readings of each fact, oldest first: milliseconds and value.
Readings = Mapping[str, Sequence[tuple[int, Any]]]


def remeasured_n(
    readings: Readings, *, now: Mapping[str, Any], step: Step, own_numbers: OwnNumbers | None = None
) -> int | None:
    """This function will count how often what is out of range now was measured again.

    `now` holds the facts that count now, the usual saturation with them. The sign that was
    repeated least often counts. None when no sign is out of range.
    """
    entries = safety.at(step)
    if own_numbers:
        entries = safety.adjusted(entries, own_numbers)
    asked = [e for e in entries if FACT in {f.name for f in e.rule.facts}]
    counts = [_repeats(e, readings, now) for e in asked if _finds(e, now)]
    return min(MOST, *counts) if counts else None


def looks(times_ms: Sequence[int]) -> int:
    """This function will count moments that lie at least five minutes after the last counted."""
    count, last = 0, None
    for at_ms in sorted(times_ms):
        if last is None or at_ms - last >= APART_MS:
            count, last = count + 1, at_ms
    return count


def _finds(entry: Registered, known: Mapping[str, Any]) -> bool:
    names = {fact.name for fact in entry.rule.facts} - {FACT}
    seen = {name: value for name, value in known.items() if name in names}
    try:
        checked = clinical_facts.read(seen, catalogue=safety.catalogue())
    except BadValue:  # a faulty reading tells nothing, so it repeats nothing
        return False
    return safety.ask(entry, known=checked).outcome is Outcome.FINDS


def _repeats(entry: Registered, readings: Readings, now: Mapping[str, Any]) -> int:
    """How many looks of the run that leads to now followed its first; 0 when there is no run."""
    names = [fact.name for fact in entry.rule.facts if fact.name in readings]
    # What is documented and not measured today, as a usual saturation, holds for every moment.
    beside = {f.name: now[f.name] for f in entry.rule.facts if f.name in now.keys() - {*names}}
    moments: dict[int, dict[str, Any]] = {}
    for name in names:
        for at_ms, value in readings[name]:
            moments.setdefault(at_ms, {})[name] = value
    run: list[int] = []
    for at_ms in sorted(moments, reverse=True):
        counted = bool(run) and run[0] - at_ms > MOST * APART_MS
        if counted or not _finds(entry, {**beside, **moments[at_ms]}):
            break
        run.append(at_ms)
    return max(0, looks(run) - 1)
