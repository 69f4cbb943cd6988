"""What a reading does to the alarms of its signal."""

from __future__ import annotations

from dataclasses import replace

from reprieve.knowledge import N_
from reprieve.monitoring.alarm_state import Alarm, Track
from reprieve.monitoring.alarm_turn import Turn
from reprieve.monitoring.freshness import learned, learned_ms, stale_after_ms
from reprieve.monitoring.limits import Limit, Priority
from reprieve.monitoring.vitals import (
    ARTERIAL,
    BESIDE_MS,
    DERIVED,
    WITHDRAWN,
    Reading,
    Verdict,
    judge,
)

NO_READING = N_("no reading: look at the patient")
NO_VALUE = N_("no usable value")
STALE = N_("no value for too long")
OBSERVATIONS = "observations"
OVERDUE = N_("overdue")


def technical_key(signal: str, limit: str) -> str:
    """Return the key of a technical alarm."""
    return f"{signal} {limit}"


def take(turn: Turn, reading: Reading) -> None:
    """Let one reading raise, hold or end alarms.

    A reading that is older than the newest of its signal, or came too late to be the patient's
    present state, is charted elsewhere and changes no alarm. Of two values of one moment the worse
    counts, so that their order of arrival does not matter.
    """
    at_ms = reading.taken_ms
    if WITHDRAWN in reading.flags or _came_late(turn, reading, at_ms):
        return
    before = turn.tracks.get(reading.signal)
    if _is_measured_anyway(turn, before, reading, at_ms):
        return
    taken = _taken(before, reading, at_ms)
    if taken is None:
        return
    verdict = judge(reading)
    if not verdict.ok:
        newest = before or Track(newest_ms=at_ms)
        turn.tracks[reading.signal] = replace(newest, newest_ms=at_ms, taken=taken)
        _no_measurement(turn, reading, verdict)
        return
    turn.tracks[reading.signal] = _measured(turn, before, reading, at_ms, taken)
    newer = before is None or at_ms > before.newest_ms
    if newer and turn.alarms:
        _measured_again(turn, reading)
    if _changes_nothing(turn, reading):
        return
    for limit in turn.policy.by_signal.get(reading.signal, ()):
        check(turn, limit, reading.value, taken_ms=at_ms, newer=newer, reading=reading)


def _changes_nothing(turn: Turn, reading: Reading) -> bool:
    """Tell whether a value is beyond no limit and its signal has no alarm that it could end."""
    low, high = turn.policy.calm(reading.signal)
    if not low < reading.value < high:
        return False
    return not any(alarm.signal == reading.signal for alarm in turn.alarms.values())


def check(
    turn: Turn, limit: Limit, value: float, *, taken_ms: int, newer: bool, reading: Reading | None
) -> None:
    """Hold a plausible value against one limit; `reading` is None for a value already known."""
    if turn.policy.is_suspended(limit.key, at_ms=turn.now_ms):
        return
    alarm = turn.alarms.get(limit.key)
    if not limit.beyond(value, baseline=turn.policy.baseline.get(limit.signal)):
        if newer and alarm is not None:
            turn.recover(alarm, at_ms=turn.now_ms, cause="recovered")
        return
    derived = turn.tracks[limit.signal].derived
    alarm = replace(_beyond(alarm, limit, value, taken_ms), derived=derived)
    turn.alarms[limit.key] = alarm
    if alarm.is_open:
        return
    if _lasted(limit, alarm, typed=reading is not None and reading.source == "hand"):
        turn.raise_(alarm, at_ms=turn.now_ms, cause="derived" if derived else "limit")
    else:
        _await_delay(turn, limit, alarm)


def holds_until_ms(turn: Turn, limit: Limit, alarm: Alarm) -> int | None:
    """Return when a waiting alarm is raised though no further reading came, or None.

    A signal that comes more slowly than the delay cannot show that a value lasted: its value
    stands until the next one. On a fast signal missing readings are a gap, and technical.
    """
    if limit.confirm_s or alarm.run_ms is None or alarm.is_open:
        return None
    due_ms = alarm.run_ms + round(limit.delay_s * 1000)
    pace_ms = learned_ms(turn.tracks[limit.signal], turn.policy)
    return due_ms if pace_ms is not None and alarm.last_ms + pace_ms > due_ms else None


def _is_measured_anyway(
    turn: Turn, before: Track | None, reading: Reading, at_ms: int
) -> bool:
    """Tell whether a value was worked out although one was measured not long before."""
    if DERIVED not in reading.flags or before is None or before.value is None or before.derived:
        return False
    return at_ms - before.value_ms <= turn.policy.live_age_ms.get("hand", 0)


def _came_late(turn: Turn, reading: Reading, at_ms: int) -> bool:
    longest_ms = turn.policy.live_age_ms.get(reading.source)
    return longest_ms is not None and turn.now_ms - at_ms > longest_ms


def _taken(before: Track | None, reading: Reading, at_ms: int) -> tuple[str, ...] | None:
    """Return what was taken at this moment with this reading; None if it is old or a repeat."""
    mark = f"{reading.source} {reading.value!r}"
    if reading.flags:
        mark += f" {','.join(sorted(reading.flags))}"
    if before is None or at_ms > before.newest_ms:
        return (mark,)
    if at_ms < before.newest_ms or mark in before.taken:
        return None
    return (*before.taken, mark)


def _measured(
    turn: Turn, before: Track | None, reading: Reading, at_ms: int, taken: tuple[str, ...]
) -> Track:
    """Remember a measurement and, from a device, the pace at which it comes."""
    before = before or Track(newest_ms=at_ms)
    derived = DERIVED in reading.flags
    if derived or reading.source == "hand":
        return replace(
            before, newest_ms=at_ms, taken=taken, value=reading.value, value_ms=at_ms,
            derived=derived,
        )  # fmt: skip
    if _is_beside(before, reading, at_ms):
        return replace(before, newest_ms=at_ms, taken=taken)
    gaps_ms = before.gaps_ms
    if before.seen_ms is not None:
        gaps_ms = learned(gaps_ms, at_ms - before.seen_ms)
    seen = Track(
        newest_ms=at_ms,
        taken=taken,
        value=reading.value,
        value_ms=at_ms,
        seen_ms=at_ms,
        gaps_ms=gaps_ms,
        arterial=ARTERIAL in reading.flags,
    )
    limit_ms = stale_after_ms(reading.signal, seen, turn.policy)
    if limit_ms is not None:
        turn.wake_by(at_ms + limit_ms)
    return seen


def _is_beside(before: Track, reading: Reading, at_ms: int) -> bool:
    """Tell whether a cuff measured while an arterial line speaks: judged, and not the present."""
    if not before.arterial or ARTERIAL in reading.flags or before.seen_ms is None:
        return False
    return before.seen_ms == before.value_ms and at_ms - before.seen_ms <= BESIDE_MS


def _no_measurement(turn: Turn, reading: Reading, verdict: Verdict) -> None:
    """Raise what a zero or a device's word for nothing means: always technical, never a value."""
    wants_a_look = verdict.look_at_patient or _is_absent(turn, reading, verdict)
    limit = NO_READING if wants_a_look else NO_VALUE
    priority: Priority = "high" if wants_a_look else "low"
    key = technical_key(reading.signal, limit)
    alarm = turn.alarms.get(key)
    if alarm is not None:
        turn.alarms[key] = replace(alarm, last_ms=reading.taken_ms)
        return
    new = new_technical(reading.signal, limit, priority, at_ms=reading.taken_ms)
    turn.raise_(new, at_ms=turn.now_ms, cause=verdict.reason)


def _is_absent(turn: Turn, reading: Reading, verdict: Verdict) -> bool:
    """Tell whether a waveform that was there is gone: a zero where there were values."""
    if verdict.reason != "zero" or reading.signal not in turn.policy.absent:
        return False
    return turn.tracks[reading.signal].value is not None


def new_technical(signal: str, limit: str, priority: Priority, *, at_ms: int) -> Alarm:
    """Return a technical alarm that waits to be raised."""
    key = technical_key(signal, limit)
    return Alarm(
        id=f"{key}@{at_ms}",
        key=key,
        signal=signal,
        limit=limit,
        priority=priority,
        kind="technical",
        phase="pending",
        run_ms=at_ms,
        last_ms=at_ms,
    )


def _measured_again(turn: Turn, reading: Reading) -> None:
    """End the technical alarms of a signal that has a value again.

    A typed value does not make a silent monitor speak.
    """
    ends = (NO_READING, NO_VALUE, STALE) if reading.source == "device" else (NO_READING, NO_VALUE)
    for limit in ends:
        alarm = turn.alarms.get(technical_key(reading.signal, limit))
        if alarm is None:
            continue
        if limit == STALE:
            alarm = replace(alarm, last_ms=reading.taken_ms)
        turn.clear(alarm, at_ms=turn.now_ms, cause="recovered")


def _beyond(alarm: Alarm | None, limit: Limit, value: float, taken_ms: int) -> Alarm:
    if alarm is None:
        return Alarm(
            id=f"{limit.key}@{taken_ms}",
            key=limit.key,
            signal=limit.signal,
            limit=limit.label,
            priority=limit.priority,
            kind="clinical",
            phase="pending",
            run_ms=taken_ms,
            last_ms=taken_ms,
            value=value,
        )
    run_ms = taken_ms if alarm.run_ms is None else alarm.run_ms
    return replace(alarm, run_ms=run_ms, last_ms=taken_ms, value=value)


def _lasted(limit: Limit, alarm: Alarm, *, typed: bool) -> bool:
    """Tell whether the run beyond is long enough. Delays are for spikes: nobody types a spike."""
    assert alarm.run_ms is not None
    lasted_ms = alarm.last_ms - alarm.run_ms
    delay_s = 0 if typed else limit.delay_s
    return lasted_ms >= 1000 * max(delay_s, limit.confirm_s)


def _await_delay(turn: Turn, limit: Limit, alarm: Alarm) -> None:
    due_ms = holds_until_ms(turn, limit, alarm)
    if due_ms is not None:
        turn.wake_by(due_ms)
