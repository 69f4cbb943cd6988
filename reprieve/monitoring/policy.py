"""What the alarm engine is told for one infusion: limits in force, baseline, timings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reprieve.knowledge import BadValue
from reprieve.monitoring import limits as limits_
from reprieve.monitoring.limits import Limit, Priority

_EDGE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """One limit put aside for a while, with a reason. There is no endless "off"."""

    limit_key: str
    from_ms: int
    until_ms: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the escalation ladder: who is called when nobody has answered for so long."""

    after_ms: int
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The limits in force and how the engine behaves. Times in ms.

    `required`: a linked monitor must send one signal of each group. `watched`: the signals whose
    gaps are alarms; None is every signal that the monitor has sent. `absent`: the signals whose
    zero, after values, is a high technical alarm.
    """

    limits: tuple[Limit, ...]
    baseline: Mapping[str, float] = field(default_factory=dict)
    suspensions: tuple[Suspension, ...] = ()
    required: tuple[tuple[str, ...], ...] = ()
    watched: frozenset[str] | None = None
    absent: frozenset[str] = frozenset()
    ladder: tuple[Rung, ...] = ()
    silence_max_ms: int = 120_000
    reminder_ms: int = 150_000
    stale_floor_ms: int = 15_000
    stale_factor: float = 3
    stale_factor_intermittent: float = 1.5
    stale_high_after_ms: int = 60_000
    overdue_high_after_ms: int = 300_000
    unlearned_interval_ms: int | None = 5_000
    least_gaps: int = 1
    live_age_ms: Mapping[str, int] = field(default_factory=dict)
    medium_stretch: int = 4
    knowledge: str = ""
    by_signal: Mapping[str, tuple[Limit, ...]] = field(init=False)
    _calm: dict[str, tuple[float, float]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        """Sort the limits by signal once, since every reading asks for its own."""
        sorted_: dict[str, list[Limit]] = {}
        for limit in self.limits:
            sorted_.setdefault(limit.signal, []).append(limit)
        object.__setattr__(self, "by_signal", {k: tuple(v) for k, v in sorted_.items()})

    def calm(self, signal: str) -> tuple[float, float]:
        """Return a range of which every value inside is beyond no limit of the signal.

        It is a little too narrow on purpose: at its edges the limits themselves decide.
        """
        if signal not in self._calm:
            limits = [x for x in self.by_signal.get(signal, ()) if not self._is_void(x)]
            above = [self._bound(x) for x in limits if x.is_upper]
            below = [self._bound(x) for x in limits if not x.is_upper]
            self._calm[signal] = (
                max(below, default=-math.inf) + _EDGE, min(above, default=math.inf) - _EDGE
            )  # fmt: skip
        return self._calm[signal]

    def _is_void(self, limit: Limit) -> bool:
        return limit.is_relative and limit.signal not in self.baseline

    def _bound(self, limit: Limit) -> float:
        share = self.baseline[limit.signal] / 100 if limit.is_relative else 1
        return limit.threshold * share

    def is_suspended(self, key: str, *, at_ms: int) -> bool:
        """Tell whether a limit is put aside at this moment."""
        return any(s.limit_key == key and s.from_ms <= at_ms < s.until_ms for s in self.suspensions)

    def rungs(self, priority: Priority) -> tuple[Rung, ...]:
        """Return the ladder of a priority: medium climbs more slowly, low stays at the chair."""
        if priority == "low":
            return self.ladder[:1]
        stretch = self.medium_stretch if priority == "medium" else 1
        return tuple(Rung(after_ms=r.after_ms * stretch, to=r.to) for r in self.ladder)

    @property
    def needs_baseline(self) -> tuple[str, ...]:
        """Return the signals whose relative limits cannot be judged: their baseline is missing."""
        wanted = {x.signal for x in self.limits if x.is_relative} - set(self.baseline)
        return tuple(sorted(wanted))


def live(
    *,
    limits: Iterable[Limit] | None = None,
    baseline: Mapping[str, float] | None = None,
    suspensions: Iterable[Suspension] = (),
    knowledge: str | None = None,
) -> Policy:
    """Return the policy of a running infusion: shipped timings and, unless given, limits."""
    file = limits_.knowledge()
    engine = file.data["engine"]
    return Policy(
        limits=tuple(limits_.shipped() if limits is None else limits),
        baseline=dict(baseline or {}),
        suspensions=tuple(suspensions),
        required=tuple(tuple(group) for group in engine["required"]),
        absent=frozenset(engine["absent"]),
        ladder=tuple(_rung(r) for r in file.data["escalation"]),
        live_age_ms={k: engine[f"live_age_{k}_s"] * 1000 for k in ("device", "hand")},
        knowledge=file.version if knowledge is None else knowledge,
        **_timings(engine),
    )


def replay(*, limits: Iterable[Limit], baseline: Mapping[str, float]) -> Policy:
    """Return the policy that judges a stored series: nothing is expected before it is learned.

    Nobody answers in a replay, so nobody is called. A gap counts in the signals that have a limit,
    and only against the pace the series itself has shown (three readings at least).
    """
    rules = tuple(limits)
    timings = _timings(limits_.knowledge().data["engine"])
    timings |= {"unlearned_interval_ms": None, "least_gaps": 2}
    watched = frozenset(limit.signal for limit in rules)
    return Policy(limits=rules, baseline=dict(baseline), watched=watched, **timings)


def suspend(
    *, limit_key: str, by: str, reason: str, at_ms: int, seconds: int, known: Iterable[Limit]
) -> Suspension:
    """Return a suspension. Raises BadValue without a reason, an end, or for an unknown limit."""
    longest = limits_.knowledge().data["engine"]["suspend_max_s"]
    if limit_key not in {limit.key for limit in known}:
        raise BadValue("limit", f"unknown {limit_key!r}")
    if not reason.strip():
        raise BadValue("reason", "a suspended limit needs a reason")
    if not 1 <= seconds <= longest:
        raise BadValue("seconds", f"{seconds} is not 1 to {longest}")
    until_ms = at_ms + seconds * 1000
    return Suspension(
        limit_key=limit_key, from_ms=at_ms, until_ms=until_ms, by=by, reason=reason.strip()
    )


def _timings(engine: Mapping[str, Any]) -> dict[str, Any]:
    seconds = (
        "silence_max",
        "reminder",
        "stale_floor",
        "stale_high_after",
        "overdue_high_after",
        "unlearned_interval",
    )
    plain = ("stale_factor", "stale_factor_intermittent", "medium_stretch")
    return {f"{k}_ms": engine[f"{k}_s"] * 1000 for k in seconds} | {k: engine[k] for k in plain}


def _rung(row: Mapping[str, Any]) -> Rung:
    return Rung(after_ms=row["after_s"] * 1000, to=row["to"])
