"""The courses of the manual, played through the engine."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from reprieve.monitoring import events as ev
from reprieve.monitoring import policy as policies
from reprieve.monitoring.alarm_state import State, Transition
from reprieve.monitoring.alarms import step
from reprieve.monitoring.limits import Limit
from reprieve.monitoring.vitals import Reading

COURSES = tomllib.loads((Path(__file__).parent / "courses.toml").read_text())["course"]


def happened(course: dict[str, Any]) -> list[tuple[int, Any]]:
    both = [*course["values"], *course.get("acts", [])]
    return sorted(((s, what) for s, what in both), key=lambda pair: pair[0])


def event(state: State, second: int, what: Any) -> ev.Event:
    at_ms = second * 1000
    if what == "acknowledge":
        return ev.Acknowledged(at_ms=at_ms, by="nurse", alarm_id=state.shown[0].id)
    if what == "silence":
        return ev.Silenced(at_ms=at_ms, by="nurse", seconds=120)
    if what == "wait":
        return ev.Tick(at_ms=at_ms)
    return Reading(signal="spo2", value=what, at_ms=at_ms, recorded_ms=at_ms)


def line(made: Transition) -> str:
    second = made.at_ms // 1000
    if made.to:
        return f"{second} calls: {made.to}"
    steps = made.before if made.before == made.after else f"{made.before} > {made.after}"
    return f"{second} {steps} ({made.cause})"


@pytest.mark.parametrize("course", COURSES, ids=lambda c: c["title"])
def test_course(course: dict[str, Any]) -> None:
    limit = {"compare": "below", "threshold": 90, "priority": "high"} | course.get("limit", {})
    policy = policies.live(limits=[Limit(signal="spo2", **limit)])
    state, said = State(), []
    for second, what in happened(course):
        state, made = step(state, event(state, second, what), policy)
        said += [line(t) for t in made]
    assert said == course["says"]
