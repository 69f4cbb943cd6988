"""Alarms that no signal causes: what people report, what nobody measured, what was struck out."""

from __future__ import annotations

from reprieve.monitoring import events as ev
from tests.monitoring.alarm_desk import Desk, limit, reading

MINUTE = 60_000


def phases(desk: Desk) -> list[tuple[str, str, str]]:
    return [(a.signal, a.phase, a.priority) for a in desk.state.shown]


def test_deviation_sounds_until_one_answer() -> None:
    desk = Desk()
    desk.do(ev.Raised(at_ms=1000, about="deviation", says="rate beyond the order"))
    assert phases(desk) == [("deviation", "latched", "high")]
    assert desk.state.sounding == "high"
    desk.acknowledge(2)
    assert phases(desk) == []


def test_lasting_alarm_stays_after_an_answer_until_it_ends() -> None:
    desk = Desk()
    about = {"about": "monitor", "says": "names another patient"}
    desk.do(ev.Raised(at_ms=1000, lasts=True, **about))
    desk.do(ev.Raised(at_ms=2000, lasts=True, **about))
    assert len(desk.made) == 2  # raised, and the chair's own step of the ladder
    desk.acknowledge(3)
    assert phases(desk) == [("monitor", "acknowledged", "high")]
    desk.do(ev.Ended(at_ms=4000, **about))
    desk.do(ev.Ended(at_ms=5000, **about))
    assert phases(desk) == []


def test_overdue_observation_is_the_alarm_where_people_measure() -> None:
    desk = Desk()
    desk.do(ev.InfusionRunning(at_ms=0), ev.ObservationsDue(at_ms=0, due_ms=5 * MINUTE))
    desk.tick(300)
    assert phases(desk) == []
    desk.tick(301)
    assert phases(desk) == [("observations", "active", "medium")]
    desk.tick(600)
    assert phases(desk) == [("observations", "active", "high")]
    desk.do(ev.ObservationsDue(at_ms=11 * MINUTE, due_ms=16 * MINUTE))
    assert phases(desk) == []


def test_overdue_stays_medium_while_no_drug_runs() -> None:
    desk = Desk()
    desk.do(ev.ObservationsDue(at_ms=0, due_ms=MINUTE))
    desk.tick(1200)
    assert phases(desk) == [("observations", "active", "medium")]
    desk.do(ev.ObservationsDue(at_ms=21 * MINUTE, due_ms=None))
    assert phases(desk) == []


def test_due_moment_that_passed_does_not_end_the_alarm() -> None:
    desk = Desk()
    desk.do(ev.ObservationsDue(at_ms=0, due_ms=MINUTE))
    desk.tick(90)
    desk.do(ev.ObservationsDue(at_ms=2 * MINUTE, due_ms=MINUTE))
    assert phases(desk) == [("observations", "active", "medium")]


def test_struck_value_takes_back_what_it_alone_raised() -> None:
    desk = Desk(limit(threshold=90, priority="medium"))
    desk.do(reading(10, 48, source="hand"))
    desk.do(ev.Withdrawn(at_ms=20_000, signal="spo2", taken_ms=10_000))
    assert phases(desk) == []
    assert desk.state.tracks["spo2"].value is None


def test_struck_value_keeps_an_alarm_that_other_readings_hold() -> None:
    desk = Desk(limit(threshold=90, priority="high"))
    desk.do(reading(10, 85, source="hand"), reading(70, 84, source="hand"))
    desk.do(ev.Withdrawn(at_ms=80_000, signal="spo2", taken_ms=10_000))
    assert phases(desk) == [("spo2", "active", "high")]
    desk.do(ev.Withdrawn(at_ms=80_000, signal="sbp", taken_ms=10_000))
    assert phases(desk) == [("spo2", "active", "high")]
