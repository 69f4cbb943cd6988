"""The charting schedule: which observation is due when, by phase, in chairs with and without feed.

Times are integer ms since the epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Literal

from reprieve.knowledge import BadValue, Knowledge, load
from reprieve.monitoring.vitals import Reading

Phase = Literal["baseline", "first", "steady", "recovery", "recheck", "ended"]
# What follows a phase that lasts for a while only. A re-check is a first phase within recovery.
SETTLES: Mapping[Phase, Phase] = {"first": "steady", "recheck": "recovery"}
OF_RECOVERY = frozenset({"recovery", "recheck"})
Chair = Literal["feed", "by_hand"]
EventKind = Literal["check", "start", "rate_change", "rescue", "stop", "end", "observed"]
KINDS: tuple[EventKind, ...] = (
    "check",
    "start",
    "rate_change",
    "rescue",
    "stop",
    "end",
    "observed",
)
MINUTE_MS = 60_000
STANDARD = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class CareEvent:
    """Something that moves the schedule on. `check` opens the baseline; `observed` names `what`."""

    kind: EventKind
    at_ms: int
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe:
    """One observation of the schedule. `every_ms` by phase; `sets` are wanted before the start."""

    what: str
    monitored: bool
    sets: int
    every_ms: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The whole schedule and how long the first phase lasts."""

    first_ms: int
    observe: tuple[Observe, ...]
    knowledge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One observation and when it is or was due. `because`: what it is a re-check after, if any."""

    what: str
    due_ms: int
    overdue: bool
    because: Literal["", "rate_change", "rescue"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Hand entries that repeat each other to the digit: `count` sets from `from_ms` to `to_ms`."""

    from_ms: int
    to_ms: int
    count: int
    values: Mapping[str, float]


@cache
def shipped() -> Schedule:
    """Return the default schedule."""
    return named(STANDARD)


@cache
def named(name: str) -> Schedule:
    """Return the schedule that a regimen names. Raises BadValue for one that is not there."""
    file = "schedule" if name == STANDARD else f"schedule-{name}"
    return from_data(load("reprieve.monitoring", file))


def from_data(file: Knowledge) -> Schedule:
    """Turn a schedule file into a schedule. Raises BadValue naming an interval that is none."""
    observe = tuple(_observe(what, row) for what, row in file.data["observe"].items())
    first_ms = round(file.data["first_min"] * MINUTE_MS)
    return Schedule(first_ms=first_ms, observe=observe, knowledge=file.version)


def phase(schedule: Schedule, events: Iterable[CareEvent], *, at_ms: int) -> Phase | None:
    """Return the phase of care at a moment; None before the patient is being watched."""
    entered = _phases(schedule, events, at_ms=at_ms)
    return entered[-1][1] if entered else None


def due(
    schedule: Schedule, events: Iterable[CareEvent], *, at_ms: int, chair: Chair = "by_hand"
) -> tuple[Due, ...]:
    """Return what is due next, soonest first; overdue is what was due before `at_ms`.

    After a change of rate or a rescue drug everything of the first phase is due anew, in recovery
    too after a drug. What was already overdue stays overdue through any change of phase until it is
    observed.
    """
    happened = sorted((e for e in events if e.at_ms <= at_ms), key=lambda e: e.at_ms)
    entered = _phases(schedule, happened, at_ms=at_ms)
    if not entered or entered[-1][1] == "ended":
        return ()
    wanted = (o for o in schedule.observe if chair == "by_hand" or not o.monitored)
    found = (_due(o, entered, happened, at_ms) for o in wanted)
    return tuple(sorted((d for d in found if d is not None), key=lambda d: (d.due_ms, d.what)))


def identical_runs(readings: Iterable[Reading], *, least: int = 3) -> tuple[Run, ...]:
    """Return runs of hand entries whose sets repeat each other, to be looked at by a person.

    A set is what was typed for one moment; only sets of two values or more count, since a single
    number often repeats itself by nature.
    """
    runs: list[list[tuple[int, dict[str, float]]]] = []
    for at_ms, values in _typed_sets(readings):
        if runs and runs[-1][-1][1] == values:
            runs[-1].append((at_ms, values))
        else:
            runs.append([(at_ms, values)])
    return tuple(_run(r) for r in runs if len(r) >= least)


def _observe(what: str, row: Mapping[str, Any]) -> Observe:
    every_ms = {phase: round(m * MINUTE_MS) for phase, m in row["every_min"].items()}
    for name in ("baseline", "first", "steady", "recovery"):
        if every_ms.get(name, 0) <= 0:
            raise BadValue(f"{what} every_min", f"no minutes for {name}")
    every_ms["recheck"] = every_ms["first"]
    return Observe(what=what, monitored=row["monitored"], sets=row["sets"], every_ms=every_ms)


def _phases(
    schedule: Schedule, events: Iterable[CareEvent], *, at_ms: int
) -> list[tuple[int, Phase]]:
    """List the phases entered so far with their moments; a repeated "first" is entered anew."""
    entered: list[tuple[int, Phase]] = []
    for event in sorted(events, key=lambda e: (e.at_ms, KINDS.index(e.kind))):
        now = entered[-1][1] if entered else None
        following = _after(event.kind, now)
        if event.at_ms <= at_ms and following is not None:
            _let_settle(entered, schedule, event.at_ms)
            entered.append((event.at_ms, following))
    _let_settle(entered, schedule, at_ms)
    return entered


def _after(kind: EventKind, now: Phase | None) -> Phase | None:
    """Return the phase that an event opens, if any."""
    if kind == "check":
        return "baseline" if now is None else None
    if kind == "end":
        return "ended"
    if kind == "stop":
        return "recovery"
    if kind == "rescue" and now in OF_RECOVERY:
        return "recheck"
    running = now in {"first", "steady", "ended"}
    if kind == "start" or (kind == "rate_change" and running):
        return "first"
    return "first" if kind == "rescue" and now in {"first", "steady"} else None


def _let_settle(entered: list[tuple[int, Phase]], schedule: Schedule, at_ms: int) -> None:
    if entered and entered[-1][1] in SETTLES:
        since_ms, now = entered[-1]
        if since_ms + schedule.first_ms <= at_ms:
            entered.append((since_ms + schedule.first_ms, SETTLES[now]))


def _seen(happened: Sequence[CareEvent], what: str) -> list[int]:
    return [e.at_ms for e in happened if e.kind == "observed" and e.what == what]


def _due(
    observe: Observe, entered: Sequence[tuple[int, Phase]], happened: Sequence[CareEvent],
    at_ms: int,
) -> Due | None:  # fmt: skip
    since_ms, now = entered[-1]
    seen = _seen(happened, observe.what)
    if now == "baseline":
        due_ms = _baseline_due(observe, since_ms, seen)
    else:
        due_ms = _running_due(observe, entered, seen)
    if due_ms is None:
        return None
    return Due(
        what=observe.what, due_ms=due_ms, overdue=due_ms < at_ms,
        because=_because(seen, happened),
    )  # fmt: skip


def _because(
    seen: Sequence[int], happened: Sequence[CareEvent]
) -> Literal["", "rate_change", "rescue"]:
    """Say which act nobody has looked at the patient after; a drug counts before a rate."""
    last_ms = max(seen, default=-1)
    kinds = {event.kind for event in happened if event.at_ms > last_ms}
    if "rescue" in kinds:
        return "rescue"
    return "rate_change" if "rate_change" in kinds else ""


def _baseline_due(observe: Observe, since_ms: int, seen: Sequence[int]) -> int | None:
    taken = [t for t in seen if t >= since_ms]
    if len(taken) >= observe.sets:
        return None
    return taken[-1] + observe.every_ms["baseline"] if taken else since_ms


def _running_due(
    observe: Observe, entered: Sequence[tuple[int, Phase]], seen: Sequence[int]
) -> int:
    """Walk through the phases since the last observation; a due moment that passed stays.

    Entering a faster phase, or the first one again, brings the due moment forward to one interval
    after entering. Entering a slower one moves it back, unless it had already passed.
    """
    every_ms = observe.every_ms
    care = [(t, p) for t, p in entered if p != "baseline"]
    last_ms = max((t for t in seen if t >= care[0][0]), default=care[0][0])
    care = [*[x for x in care if x[0] <= last_ms][-1:], *[x for x in care if x[0] > last_ms]]
    due_ms = last_ms + every_ms[care[0][1]]
    for (_, before), (entered_ms, now) in pairwise(care):
        if due_ms <= entered_ms:
            return due_ms
        if now in SETTLES or every_ms[now] < every_ms[before]:
            due_ms = min(due_ms, entered_ms + every_ms[now])
        else:
            due_ms = last_ms + every_ms[now]
    return due_ms


def _typed_sets(readings: Iterable[Reading]) -> list[tuple[int, dict[str, float]]]:
    sets: dict[int, dict[str, float]] = {}
    for reading in sorted(readings, key=lambda r: (r.at_ms, r.signal, r.recorded_ms)):
        if reading.source == "hand":
            sets.setdefault(reading.at_ms, {})[reading.signal] = reading.value
    return [(at_ms, values) for at_ms, values in sets.items() if len(values) >= 2]


def _run(sets: Sequence[tuple[int, dict[str, float]]]) -> Run:
    return Run(from_ms=sets[0][0], to_ms=sets[-1][0], count=len(sets), values=sets[0][1])
