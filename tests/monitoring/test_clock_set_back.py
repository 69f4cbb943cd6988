"""A clock that ran an hour ahead and was set right: alarms go on with the patient's present."""

from __future__ import annotations

from reprieve.monitoring import events as ev
from tests.monitoring.alarm_desk import Desk, limit, reading

HOUR = 3600.0


def ahead() -> Desk:
    """A desk whose clock ran an hour ahead for ten seconds, and is right again from 20 s on."""
    desk = Desk(limit())
    desk.link(0)
    desk.run(0)
    desk.feed(1, [97] * 9)
    desk.feed(HOUR + 10, [97] * 10)
    return desk


def test_a_low_value_after_the_clock_was_set_right_alarms_at_once() -> None:
    desk = ahead()
    desk.feed(20, [97, 97])
    assert "spo2 below 90 high" not in desk.phases
    desk.feed(22, [84])
    assert desk.phases["spo2 below 90 high"] == "active"


def test_nobody_waits_an_hour_for_a_silent_monitor_or_a_call() -> None:
    desk = ahead()
    desk.feed(20, [84])
    desk.tick(20 + 60)
    assert any(t.to and t.cause == "escalation" and t.at_ms == 80_000 for t in desk.made)
    assert "spo2 no value for too long" in desk.phases


def test_a_silence_never_outlasts_its_longest() -> None:
    desk = ahead()
    desk.feed(HOUR + 21, [84])
    desk.silence(HOUR + 22)
    desk.tick(30)
    assert desk.state.silence is not None
    assert desk.state.silence.until_ms <= 30_000 + 120_000
    desk.tick(151)
    assert desk.state.silence is None


def test_a_small_step_back_is_taken_as_now() -> None:
    desk = Desk(limit())
    desk.feed(100, [97])
    desk.do(ev.Tick(at_ms=90_000))
    assert desk.state.now_ms == 100_000


def test_an_answered_alarm_reminds_after_its_time() -> None:
    desk = ahead()
    desk.feed(HOUR + 21, [84])
    desk.acknowledge(HOUR + 22)
    desk.do(reading(30, 84))
    made = desk.tick(30 + 160)
    assert any("acknowledged" in line for line in made), made
