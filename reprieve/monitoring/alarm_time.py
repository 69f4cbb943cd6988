"""What time alone does to the alarms: delays, stale signals, the ladder, reminders, silence.

Whatever is due is done at its own moment and in order, so how often the ticker calls does not
change what is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from reprieve.monitoring.alarm_readings import (
    OBSERVATIONS,
    OVERDUE,
    STALE,
    holds_until_ms,
    new_technical,
    technical_key,
)
from reprieve.monitoring.alarm_state import FAR_MS, Alarm
from reprieve.monitoring.alarm_turn import Turn
from reprieve.monitoring.freshness import stale_after_ms

Due = tuple[int, int, str, Callable[[Turn, str, int], None]]


def pass_until(turn: Turn, at_ms: int) -> None:
    """Do everything that falls due up to and including `at_ms`, in order."""
    while turn.wake_ms <= at_ms:
        due_ms, _order, key, act = min(_dues(turn), key=lambda due: due[:3], default=_NEVER)
        turn.wake_ms = due_ms
        if due_ms <= at_ms:
            act(turn, key, due_ms)
            turn.wake_ms = 0


def _dues(turn: Turn) -> Iterator[Due]:
    if turn.silence is not None:
        yield turn.silence.until_ms, 5, "", _end_silence
    for alarm in turn.alarms.values():
        yield from _of_alarm(turn, alarm)
    if turn.linked_ms is not None:
        yield from _of_feed(turn, turn.linked_ms)
    if turn.due_ms is not None:
        yield from _of_hand(turn, turn.due_ms)


def _of_alarm(turn: Turn, alarm: Alarm) -> Iterator[Due]:
    policy = turn.policy
    rungs = policy.rungs(alarm.priority)
    if alarm.wants_someone and alarm.rung < len(rungs):
        yield alarm.raised_ms + rungs[alarm.rung].after_ms, 3, alarm.key, _climb
    if alarm.phase == "acknowledged":
        nth = alarm.reminders + 1
        yield alarm.acknowledged_ms + nth * policy.reminder_ms, 4, alarm.key, _remind
    for limit in policy.by_signal.get(alarm.signal, ()):
        due_ms = holds_until_ms(turn, limit, alarm) if limit.key == alarm.key else None
        if due_ms is not None:
            yield due_ms, 0, alarm.key, _outlast


def _of_feed(turn: Turn, linked_ms: int) -> Iterator[Due]:
    watched = turn.policy.watched
    for name, track in turn.tracks.items():
        if watched is not None and name not in watched:
            continue
        limit_ms = stale_after_ms(name, track, turn.policy)
        if track.seen_ms is not None and limit_ms is not None:
            yield from _of_signal(turn, name, track.seen_ms + limit_ms)
    for group in turn.policy.required:
        if not any(_is_seen(turn, name) for name in group):
            yield from _of_signal(turn, group[0], linked_ms + turn.policy.stale_floor_ms)


def _of_signal(turn: Turn, name: str, due_ms: int) -> Iterator[Due]:
    alarm = turn.alarms.get(technical_key(name, STALE))
    if alarm is None:
        yield due_ms, 1, name, _go_stale
    elif alarm.priority != "high" and turn.running_ms is not None:
        later_ms = due_ms + turn.policy.stale_high_after_ms
        yield max(later_ms, turn.running_ms), 2, name, _stale_with_drug


def _of_hand(turn: Turn, due_ms: int) -> Iterator[Due]:
    """Where people measure, an observation that nobody made is the alarm."""
    alarm = turn.alarms.get(technical_key(OBSERVATIONS, OVERDUE))
    if alarm is None:
        yield due_ms + 1, 1, OBSERVATIONS, _go_overdue
    elif alarm.priority != "high" and turn.running_ms is not None:
        later_ms = due_ms + turn.policy.overdue_high_after_ms
        yield max(later_ms, turn.running_ms), 2, OBSERVATIONS, _overdue_long


def _is_seen(turn: Turn, name: str) -> bool:
    track = turn.tracks.get(name)
    return track is not None and track.seen_ms is not None


def _end_silence(turn: Turn, _key: str, due_ms: int) -> None:
    turn.end_silence(at_ms=due_ms, cause="silence_ended")


def _climb(turn: Turn, key: str, due_ms: int) -> None:
    alarm = turn.alarms[key]
    to = turn.policy.rungs(alarm.priority)[alarm.rung].to
    turn.keep(replace(alarm, rung=alarm.rung + 1))
    turn.say(alarm, before=alarm.phase, at_ms=due_ms, cause="escalation", to=to)


def _remind(turn: Turn, key: str, due_ms: int) -> None:
    alarm = turn.alarms[key]
    turn.keep(replace(alarm, reminders=alarm.reminders + 1))
    turn.say(alarm, before=alarm.phase, at_ms=due_ms, cause="reminder")


def _outlast(turn: Turn, key: str, due_ms: int) -> None:
    turn.raise_(turn.alarms[key], at_ms=due_ms, cause="delay")


def _go_stale(turn: Turn, name: str, due_ms: int) -> None:
    track = turn.tracks.get(name)
    seen_ms = track.seen_ms if track is not None else None
    last_ms = turn.linked_ms if seen_ms is None else seen_ms
    assert last_ms is not None
    turn.raise_(new_technical(name, STALE, "medium", at_ms=last_ms), at_ms=due_ms, cause="stale")


def _stale_with_drug(turn: Turn, name: str, due_ms: int) -> None:
    alarm = turn.alarms[technical_key(name, STALE)]
    turn.raise_(alarm, at_ms=due_ms, cause="stale_running", priority="high")


def _go_overdue(turn: Turn, name: str, due_ms: int) -> None:
    turn.raise_(new_technical(name, OVERDUE, "medium", at_ms=due_ms), at_ms=due_ms, cause="overdue")


def _overdue_long(turn: Turn, name: str, due_ms: int) -> None:
    alarm = turn.alarms[technical_key(name, OVERDUE)]
    turn.raise_(alarm, at_ms=due_ms, cause="overdue_long", priority="high")


def _never(_turn: Turn, _key: str, _due_ms: int) -> None:
    """Do nothing: the far end of time."""


_NEVER: Due = (FAR_MS, 9, "", _never)
