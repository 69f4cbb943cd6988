"""A small desk for alarm tests: readings in seconds, transitions as short lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from reprieve.monitoring import events as ev
from reprieve.monitoring import policy as policies
from reprieve.monitoring.alarm_state import State, Transition
from reprieve.monitoring.alarms import step
from reprieve.monitoring.limits import Limit
from reprieve.monitoring.policy import Policy
from reprieve.monitoring.vitals import Reading


def limit(signal: str = "spo2", **more: object) -> Limit:
    given = {"compare": "below", "threshold": 90, "priority": "high"} | more
    return Limit(signal=signal, **given)  # type: ignore[arg-type]


def reading(second: float, value: float, signal: str = "spo2", **more: object) -> Reading:
    at_ms = round(second * 1000)
    given = {"at_ms": at_ms, "recorded_ms": at_ms} | more
    return Reading(signal=signal, value=value, **given)  # type: ignore[arg-type]


class Desk:
    """Holds a state and lets events happen; every step goes through stored JSON."""

    def __init__(self, *limits: Limit, baseline: Mapping[str, float] | None = None) -> None:
        self.policy: Policy = policies.live(limits=limits, baseline=baseline, knowledge="test")
        self.state = State()
        self.made: list[Transition] = []

    def do(self, *events: ev.Event) -> list[str]:
        """Let events happen and return the lines of the transitions they make."""
        new: list[Transition] = []
        for event in events:
            state, made = step(self.state, event, self.policy)
            self.state = State.from_json(json.loads(json.dumps(state.to_json())))
            assert self.state == state
            new += made
        self.made += new
        return lines(new)

    def feed(self, start: float, values: Iterable[float], signal: str = "spo2") -> list[str]:
        """Send one value a second from `start`."""
        return self.do(*(reading(start + n, v, signal) for n, v in enumerate(values)))

    def tick(self, second: float) -> list[str]:
        return self.do(ev.Tick(at_ms=round(second * 1000)))

    def acknowledge(self, second: float) -> list[str]:
        """Acknowledge the worst alarm that nobody has answered."""
        alarm = next(a for a in self.state.shown if a.wants_someone)
        event = ev.Acknowledged(at_ms=round(second * 1000), by="nurse", alarm_id=alarm.id)
        return self.do(event)

    def silence(self, second: float, seconds: int = 120) -> list[str]:
        return self.do(ev.Silenced(at_ms=round(second * 1000), by="nurse", seconds=seconds))

    def link(self, second: float = 0) -> list[str]:
        return self.do(ev.FeedLinked(at_ms=round(second * 1000)))

    def run(self, second: float = 0) -> list[str]:
        return self.do(ev.InfusionRunning(at_ms=round(second * 1000)))

    @property
    def phases(self) -> dict[str, str]:
        return {a.key: a.phase for a in self.state.alarms.values()}


def lines(made: Iterable[Transition]) -> list[str]:
    """Write transitions without the first rung of the ladder, which every alarm climbs."""
    return [_line(t) for t in made if t.to != "chair and board"]


def _line(made: Transition) -> str:
    what = f"{made.signal} {made.limit}".strip() or "sound"
    to = f" {made.to}" if made.to else ""
    steps = f"{made.before}>{made.after}" if made.before != made.after else made.before
    return f"{made.at_ms / 1000:g} {what} {made.priority}: {steps} ({made.cause}{to})"
