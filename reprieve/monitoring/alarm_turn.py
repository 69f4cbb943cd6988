"""Steps being worked out: a scratch copy of the state and the transitions they make."""

from __future__ import annotations

from dataclasses import replace

from reprieve.monitoring.alarm_state import Alarm, Silence, State, Track, Transition
from reprieve.monitoring.limits import PRIORITIES, Priority
from reprieve.monitoring.policy import Policy


class Turn:
    """Steps of the fold in the making. It lives inside one call and is never handed out."""

    def __init__(self, state: State, policy: Policy) -> None:
        self.policy = policy
        self.now_ms = state.now_ms
        self.wake_ms = state.wake_ms
        self.running_ms = state.running_ms
        self.linked_ms = state.linked_ms
        self.due_ms = state.due_ms
        self.silence = state.silence
        self.tracks: dict[str, Track] = dict(state.tracks)
        self.alarms: dict[str, Alarm] = dict(state.alarms)
        self.made: list[Transition] = []

    def state(self) -> State:
        """Freeze what has been worked out."""
        return State(
            now_ms=self.now_ms,
            wake_ms=self.wake_ms,
            running_ms=self.running_ms,
            linked_ms=self.linked_ms,
            due_ms=self.due_ms,
            silence=self.silence,
            tracks=self.tracks,
            alarms=self.alarms,
        )

    def set_back(self, at_ms: int) -> None:
        """Believe a clock that was set back: nothing that is known happened after now."""
        self.now_ms = at_ms
        self.wake_ms = 0
        self.running_ms = _until(self.running_ms, at_ms)
        self.linked_ms = _until(self.linked_ms, at_ms)
        self.tracks = {name: _track_until(track, at_ms) for name, track in self.tracks.items()}
        self.alarms = {key: _alarm_until(alarm, at_ms) for key, alarm in self.alarms.items()}
        if self.silence is not None:
            rest_ms = min(self.silence.until_ms - at_ms, self.policy.silence_max_ms)
            from_ms = min(self.silence.from_ms, at_ms)
            self.silence = replace(self.silence, from_ms=from_ms, until_ms=at_ms + max(rest_ms, 0))

    def keep(self, alarm: Alarm) -> Alarm:
        """Put an alarm in place of its older self; time has to be looked at again."""
        self.alarms[alarm.key] = alarm
        self.wake_ms = 0
        return alarm

    def drop(self, alarm: Alarm) -> None:
        """Forget an alarm."""
        del self.alarms[alarm.key]

    def wake_by(self, at_ms: int) -> None:
        """Make sure that time is looked at no later than this."""
        self.wake_ms = min(self.wake_ms, at_ms)

    def raise_(
        self, alarm: Alarm, *, at_ms: int, cause: str, priority: Priority | None = None
    ) -> None:
        """Make an alarm active. What is new or higher breaks a silence at once.

        The ladder starts anew for a higher priority and goes on for one that nobody has answered.
        """
        before = "inactive" if alarm.phase == "pending" else alarm.phase
        if before != "latched":
            alarm = replace(alarm, raised_ms=at_ms, rung=0, reminders=0)
        raised = self.keep(replace(alarm, phase="active", priority=priority or alarm.priority))
        self.say(raised, before=before, at_ms=at_ms, cause=cause)
        self.end_silence(at_ms=at_ms, cause="broken_by_alarm")

    def recover(self, alarm: Alarm, *, at_ms: int, cause: str) -> None:
        """Let the condition be gone: an unanswered high clinical alarm latches, others clear."""
        if alarm.phase == "pending":
            self.drop(alarm)
            return
        if alarm.phase == "active" and alarm.priority == "high" and alarm.kind == "clinical":
            latched = self.keep(replace(alarm, phase="latched", run_ms=None))
            self.say(latched, before="active", at_ms=at_ms, cause=cause, since_ms=alarm.run_ms)
        elif alarm.phase == "latched":
            self.keep(replace(alarm, run_ms=None))
        else:
            self.clear(alarm, at_ms=at_ms, cause=cause)

    def clear(self, alarm: Alarm, *, at_ms: int, cause: str, by: str = "") -> None:
        """End an alarm."""
        self.drop(alarm)
        self.say(alarm, before=alarm.phase, after="cleared", at_ms=at_ms, cause=cause, by=by)

    def say(
        self,
        alarm: Alarm,
        *,
        before: str,
        at_ms: int,
        cause: str,
        after: str | None = None,
        since_ms: int | None = None,
        by: str = "",
        to: str = "",
    ) -> None:
        """Note one transition of an alarm, with the readings beyond that it covers."""
        first_ms = alarm.run_ms if since_ms is None else since_ms
        self.made.append(
            Transition(
                alarm_id=alarm.id,
                signal=alarm.signal,
                limit=alarm.limit,
                priority=alarm.priority,
                kind=alarm.kind,
                before=before,
                after=after or alarm.phase,
                at_ms=at_ms,
                noted_ms=self.now_ms,
                cause=cause,
                since_ms=alarm.last_ms if first_ms is None else first_ms,
                last_ms=alarm.last_ms,
                value=alarm.value,
                by=by,
                to=to,
                knowledge=self.policy.knowledge,
            )
        )

    def begin_silence(self, *, by: str, at_ms: int, asked_ms: int) -> None:
        """Stop the sound. Asking again never stretches one silence beyond its longest."""
        began_ms = self.silence.from_ms if self.silence else at_ms
        longest_ms = began_ms + self.policy.silence_max_ms
        self.silence = Silence(by=by, from_ms=began_ms, until_ms=min(longest_ms, at_ms + asked_ms))
        self.wake_by(self.silence.until_ms)
        self._say_audio("sounding", "silenced", at_ms=at_ms, cause="silenced")

    def end_silence(self, *, at_ms: int, cause: str) -> None:
        """Let the sound come back, if it is off."""
        if self.silence is not None:
            self._say_audio("silenced", "sounding", at_ms=at_ms, cause=cause)
            self.silence = None

    def _say_audio(self, before: str, after: str, *, at_ms: int, cause: str) -> None:
        assert self.silence is not None
        shown = (a.priority for a in self.alarms.values() if a.is_shown)
        worst: Priority = min(shown, key=PRIORITIES.index, default="low")
        self.made.append(
            Transition(
                alarm_id=f"silence@{self.silence.from_ms}",
                signal="",
                limit="",
                priority=worst,
                kind="audio",
                before=before,
                after=after,
                at_ms=at_ms,
                noted_ms=self.now_ms,
                cause=cause,
                since_ms=self.silence.from_ms,
                last_ms=self.silence.until_ms,
                by=self.silence.by,
                knowledge=self.policy.knowledge,
            )
        )


def _until(then_ms: int | None, at_ms: int) -> int | None:
    return None if then_ms is None else min(then_ms, at_ms)


def _track_until(track: Track, at_ms: int) -> Track:
    return replace(
        track,
        newest_ms=min(track.newest_ms, at_ms),
        value_ms=min(track.value_ms, at_ms),
        seen_ms=_until(track.seen_ms, at_ms),
    )


def _alarm_until(alarm: Alarm, at_ms: int) -> Alarm:
    return replace(
        alarm,
        run_ms=_until(alarm.run_ms, at_ms),
        last_ms=min(alarm.last_ms, at_ms),
        raised_ms=min(alarm.raised_ms, at_ms),
        acknowledged_ms=min(alarm.acknowledged_ms, at_ms),
    )
