"""The alarms of one infusion as a pure fold: state, event and policy give state and transitions.

The bedside monitor stays the primary alarm. The same fold runs live, in tests and over a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import singledispatch

from reprieve.monitoring import events as ev
from reprieve.monitoring.alarm_readings import (
    NO_READING,
    NO_VALUE,
    OBSERVATIONS,
    OVERDUE,
    STALE,
    check,
    new_technical,
    take,
    technical_key,
)
from reprieve.monitoring.alarm_state import Alarm, State, Transition
from reprieve.monitoring.alarm_time import pass_until
from reprieve.monitoring.alarm_turn import Turn
from reprieve.monitoring.policy import Policy
from reprieve.monitoring.vitals import Reading

SET_BACK_MS = 30_000


def step(state: State, event: ev.Event, policy: Policy) -> tuple[State, tuple[Transition, ...]]:
    """Return the next state and the transitions that one event makes.

    Whatever fell due before the event happens first. Time does not run backwards: an event with an
    earlier time is taken as happening now. Only a clock that was set back by more than half a
    minute is believed, since else the patient's present values would count as old.
    """
    return fold((event,), policy, state=state)


def fold(
    events: Iterable[ev.Event], policy: Policy, *, state: State | None = None
) -> tuple[State, tuple[Transition, ...]]:
    """Return the last state and all transitions of many events under one policy."""
    turn = Turn(state or State(), policy)
    for event in events:
        if _when(event) < turn.now_ms - SET_BACK_MS:
            turn.set_back(_when(event))
        at_ms = max(_when(event), turn.now_ms)
        turn.now_ms = at_ms
        pass_until(turn, at_ms - 1)
        _act(event, turn)
        pass_until(turn, at_ms)
    return turn.state(), tuple(turn.made)


def rechecks(state: State, policy: Policy) -> tuple[tuple[str, int], ...]:
    """Return (signal, due ms) of values beyond a limit that a second reading must confirm."""
    due: dict[str, int] = {}
    for limit in policy.limits:
        alarm = state.alarms.get(limit.key)
        if alarm is None or not limit.confirm_s or alarm.is_open or alarm.run_ms is None:
            continue
        at_ms = alarm.run_ms + round(limit.confirm_s * 1000)
        due[limit.signal] = min(at_ms, due.get(limit.signal, at_ms))
    return tuple(sorted(due.items()))


def _when(event: ev.Event) -> int:
    return event.recorded_ms if isinstance(event, Reading) else event.at_ms


@singledispatch
def _act(event: ev.Event, turn: Turn) -> None:
    """Let an event change the state; a tick does nothing of its own."""


@_act.register
def _(event: Reading, turn: Turn) -> None:
    take(turn, event)


@_act.register
def _(event: ev.Acknowledged, turn: Turn) -> None:
    alarm = next((a for a in turn.alarms.values() if a.id == event.alarm_id), None)
    if alarm is None or not alarm.wants_someone:
        return
    if alarm.phase == "active":
        seen = replace(alarm, phase="acknowledged", acknowledged_ms=turn.now_ms, reminders=0)
        turn.keep(seen)
        turn.say(seen, before="active", at_ms=turn.now_ms, cause="acknowledged", by=event.by)
        return
    turn.clear(alarm, at_ms=turn.now_ms, cause="acknowledged", by=event.by)
    if alarm.run_ms is not None:  # the condition is back and waits for its delay
        turn.keep(_anew(alarm, run_ms=alarm.run_ms))


@_act.register
def _(event: ev.Silenced, turn: Turn) -> None:
    if any(a.wants_someone for a in turn.alarms.values()):
        turn.begin_silence(by=event.by, at_ms=turn.now_ms, asked_ms=event.seconds * 1000)


@_act.register
def _(event: ev.LimitsChanged, turn: Turn) -> None:
    turn.wake_ms = 0  # what time will do may have changed with the policy: it is looked at anew
    known = {limit.key for limit in turn.policy.limits}
    for alarm in list(turn.alarms.values()):
        if alarm.kind != "clinical":
            continue
        if turn.policy.is_suspended(alarm.key, at_ms=turn.now_ms):
            turn.recover(alarm, at_ms=turn.now_ms, cause="suspended")
        elif alarm.key not in known:
            turn.recover(alarm, at_ms=turn.now_ms, cause="limits_changed")
    _check_known_values(turn)


@_act.register
def _(event: ev.InfusionRunning, turn: Turn) -> None:
    if turn.running_ms is None:
        turn.running_ms = turn.now_ms
        turn.wake_ms = 0


@_act.register
def _(event: ev.InfusionStopped, turn: Turn) -> None:
    turn.running_ms = None


@_act.register
def _(event: ev.FeedLinked, turn: Turn) -> None:
    if turn.linked_ms is None:
        turn.linked_ms = turn.now_ms
        turn.wake_ms = 0


@_act.register
def _(event: ev.FeedUnlinked, turn: Turn) -> None:
    """Expect nothing more from the monitor, and forget its pace: the next may be another."""
    turn.linked_ms = None
    for name, track in turn.tracks.items():
        turn.tracks[name] = replace(track, seen_ms=None, gaps_ms=(), arterial=False)
    for alarm in list(turn.alarms.values()):
        if alarm.limit in {NO_READING, NO_VALUE, STALE}:
            turn.clear(alarm, at_ms=turn.now_ms, cause="unlinked")


@_act.register
def _(event: ev.ObservationsDue, turn: Turn) -> None:
    turn.due_ms = event.due_ms
    turn.wake_ms = 0
    overdue = turn.alarms.get(technical_key(OBSERVATIONS, OVERDUE))
    if overdue is not None and (event.due_ms is None or event.due_ms >= turn.now_ms):
        turn.clear(overdue, at_ms=turn.now_ms, cause="observed")


@_act.register
def _(event: ev.Raised, turn: Turn) -> None:
    """Raise it once; what does not last waits, like a latched alarm, for one answer."""
    if technical_key(event.about, event.says) in turn.alarms:
        return
    new = new_technical(event.about, event.says, event.priority, at_ms=turn.now_ms)
    turn.raise_(new, at_ms=turn.now_ms, cause="raised")
    if not event.lasts:
        turn.keep(replace(turn.alarms[new.key], phase="latched", run_ms=None))


@_act.register
def _(event: ev.Ended, turn: Turn) -> None:
    alarm = turn.alarms.get(technical_key(event.about, event.says))
    if alarm is not None:
        turn.clear(alarm, at_ms=turn.now_ms, cause="ended")


@_act.register
def _(event: ev.Withdrawn, turn: Turn) -> None:
    """Take back what the struck value alone had raised; a high alarm still wants an answer."""
    for alarm in list(turn.alarms.values()):
        alone = alarm.run_ms == alarm.last_ms == event.taken_ms
        if alarm.kind == "clinical" and alarm.signal == event.signal and alone:
            turn.recover(alarm, at_ms=turn.now_ms, cause="withdrawn")
    track = turn.tracks.get(event.signal)
    if track is not None and track.value_ms == event.taken_ms:
        turn.tracks[event.signal] = replace(track, value=None)


def _check_known_values(turn: Turn) -> None:
    """Hold the present values against limits that are new; old values are not the present."""
    for limit in turn.policy.limits:
        track = turn.tracks.get(limit.signal)
        if track is None or track.value is None:
            continue
        if turn.now_ms - track.value_ms <= turn.policy.live_age_ms.get("hand", turn.now_ms):
            check(turn, limit, track.value, taken_ms=track.value_ms, newer=True, reading=None)


def _anew(alarm: Alarm, *, run_ms: int) -> Alarm:
    return replace(alarm, id=f"{alarm.key}@{run_ms}", phase="pending", rung=0, reminders=0)
