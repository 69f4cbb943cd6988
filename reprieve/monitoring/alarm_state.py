"""The state of one infusion's alarms: a frozen value that can be stored as JSON and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from reprieve.monitoring.limits import PRIORITIES, Priority

Phase = Literal["inactive", "pending", "active", "acknowledged", "latched", "cleared"]
Kind = Literal["clinical", "technical", "audio"]
FAR_MS = 2**53 - 1  # "never", and still exact in every JSON reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One line of the alarm bar. `run_ms` is the first reading beyond of the present run.

    `pending` waits for its delay and is not shown. A latched alarm without `run_ms` has recovered;
    with it, the condition is back but has not yet lasted its delay. `derived`: its value was worked
    out of others.
    """

    id: str
    key: str
    signal: str
    limit: str
    priority: Priority
    kind: Kind
    phase: Phase
    run_ms: int | None
    last_ms: int
    value: float | None = None
    raised_ms: int = 0
    acknowledged_ms: int = 0
    rung: int = 0
    reminders: int = 0
    derived: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether the condition has been raised and still holds."""
        return self.phase in {"active", "acknowledged"}

    @property
    def is_shown(self) -> bool:
        """Tell whether the alarm is on the screen."""
        return self.phase != "pending"

    @property
    def wants_someone(self) -> bool:
        """Tell whether nobody has answered yet: it sounds and climbs the ladder."""
        return self.phase in {"active", "latched"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What is known of one signal: the newest value and how often the monitor sends it.

    `taken` are the values already taken at `newest_ms`, so that a repeat does nothing twice.
    `derived`: the value was worked out of others.
    """

    newest_ms: int
    taken: tuple[str, ...] = ()
    value: float | None = None
    value_ms: int = 0
    seen_ms: int | None = None
    gaps_ms: tuple[int, ...] = ()
    arterial: bool = False
    derived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The sound is off until `until_ms`, at most 120 s after it began. The screen is not."""

    by: str
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step of one alarm, stored as it is. `since_ms` and `last_ms` bound the readings beyond.

    `at_ms` is when it was due, `noted_ms` when the engine got to it: they differ after an outage.
    `cause` is one of: limit, derived (a limit, passed by a value that was worked out), delay, zero,
    no_value, out_of_range, pair, stale, stale_running, recovered, acknowledged, reminder,
    escalation, limits_changed, suspended, unlinked, silenced, silence_ended, broken_by_alarm,
    overdue, overdue_long, observed, raised, ended, withdrawn.
    """

    alarm_id: str
    signal: str
    limit: str
    priority: Priority
    kind: Kind
    before: str
    after: str
    at_ms: int
    noted_ms: int
    cause: str
    since_ms: int
    last_ms: int
    value: float | None = None
    by: str = ""
    to: str = ""
    knowledge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything the next step needs. `wake_ms` is no later than the next thing time will do."""

    now_ms: int = 0
    wake_ms: int = FAR_MS
    running_ms: int | None = None
    linked_ms: int | None = None
    due_ms: int | None = None
    silence: Silence | None = None
    tracks: Mapping[str, Track] = field(default_factory=dict)
    alarms: Mapping[str, Alarm] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> State:
        """Read back what `to_json` gave."""
        plain = dict(stored)
        tracks = {name: _track(row) for name, row in plain.pop("tracks").items()}
        alarms = {key: Alarm(**row) for key, row in plain.pop("alarms").items()}
        silence = Silence(**row) if (row := plain.pop("silence")) else None
        return cls(**plain, silence=silence, tracks=tracks, alarms=alarms)

    @property
    def shown(self) -> tuple[Alarm, ...]:
        """Return the alarms on the screen, worst first, unanswered before answered."""
        return tuple(sorted((a for a in self.alarms.values() if a.is_shown), key=_worst_first))

    @property
    def sounding(self) -> Priority | None:
        """Return the priority that sounds now: the worst unanswered one, or none in a silence."""
        if self.silence is not None:
            return None
        return next((a.priority for a in self.shown if a.wants_someone), None)


def _track(row: Mapping[str, Any]) -> Track:
    lists = {"gaps_ms": tuple(row["gaps_ms"]), "taken": tuple(row.get("taken", ()))}
    return Track(**{**row, **lists})


def _worst_first(alarm: Alarm) -> tuple[int, bool, bool, int, str]:
    rank = PRIORITIES.index(alarm.priority)
    return rank, not alarm.wants_someone, alarm.kind == "technical", alarm.raised_ms, alarm.key
