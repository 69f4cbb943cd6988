"""The mean pressure that is worked out for the limits, and never said to be measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reprieve.monitoring import mean_pressure
from reprieve.monitoring.vitals import DERIVED, NO_VALUE, Reading, plausible
from tests.monitoring.alarm_desk import Desk, limit, reading

HIGH = limit("map", compare="above_percent_of_baseline", threshold=140)
BASELINE = mean_pressure.with_baseline({"sbp": 120, "dbp": 75})


def cuff(second: float, sbp: float, dbp: float, **more: object) -> list[Reading]:
    return [reading(second, sbp, "sbp", **more), reading(second, dbp, "dbp", **more)]


def derived(readings: list[Reading]) -> list[float]:
    found = mean_pressure.with_mean(readings)
    assert found[: len(readings)] == readings
    assert all(r.flags == {DERIVED} and r.signal == "map" for r in found[len(readings) :])
    return [r.value for r in found[len(readings) :]]


def test_a_third_of_the_way_up() -> None:
    assert mean_pressure.mean_mmhg(sbp=120, dbp=75) == 90
    assert derived(cuff(0, 140, 80)) == [100]
    assert derived([*cuff(0, 140, 80), *cuff(60, 125, 75)]) == [100, 91.7]


@pytest.mark.parametrize(
    "readings",
    [
        [reading(0, 140, "sbp")],
        [*cuff(0, 140, 80), reading(0, 101, "map")],  # measured
        [reading(0, 140, "sbp"), reading(1, 80, "dbp")],  # not of one moment
        cuff(0, 0, 80),  # no value
        cuff(0, 80, 80),  # no pair
        [replace(r, flags=frozenset({NO_VALUE})) for r in cuff(0, 140, 80)],
    ],
)
def test_no_mean_of_what_is_no_pressure(readings: list[Reading]) -> None:
    assert derived(readings) == []


def test_every_mean_of_plausible_pressures_is_plausible() -> None:
    for sbp, dbp in ((40, 15), (300, 200)):
        (mean,) = derived(cuff(0, sbp, dbp))
        assert plausible("map", mean).ok


def test_baseline() -> None:
    assert BASELINE["map"] == 90
    assert mean_pressure.with_baseline({"sbp": 120, "dbp": 75, "map": 88})["map"] == 88
    assert mean_pressure.with_baseline({"sbp": 120}) == {"sbp": 120}


def test_limit_fires_and_is_marked() -> None:
    desk = Desk(HIGH, baseline=BASELINE)
    desk.do(*mean_pressure.with_mean(cuff(0, 160, 111, source="hand")))
    (alarm,) = desk.state.shown
    assert (alarm.signal, alarm.value, alarm.derived) == ("map", 127.3, True)
    assert desk.made[0].cause == "derived"
    desk.do(*mean_pressure.with_mean(cuff(300, 130, 80, source="hand")))
    assert not any(a.is_open for a in desk.state.shown)


def test_a_measured_mean_stands_for_five_minutes() -> None:
    desk = Desk(HIGH, baseline=BASELINE)
    desk.do(reading(0, 95, "map"))
    desk.do(*mean_pressure.with_mean(cuff(200, 170, 111, source="hand")))
    assert not desk.state.shown
    desk.do(*mean_pressure.with_mean(cuff(301, 170, 111, source="hand")))
    assert desk.state.shown[0].derived
    desk.do(reading(310, 95, "map"))
    assert not any(a.is_open for a in desk.state.shown)


def test_a_monitor_is_not_expected_to_send_what_was_worked_out() -> None:
    desk = Desk(HIGH, baseline=BASELINE)
    desk.do(*mean_pressure.with_mean(cuff(0, 120, 75)))
    assert desk.state.tracks["map"].seen_ms is None


def test_absent_waveform_is_high_once_there_was_one() -> None:
    desk = Desk(limit("etco2", compare="above", threshold=55))
    desk.do(reading(0, 0, "etco2"))
    assert [a.priority for a in desk.state.shown] == ["low"]
    desk.do(reading(1, 38, "etco2"))
    assert not desk.state.shown
    desk.do(reading(2, 0, "etco2"))
    (alarm,) = desk.state.shown
    assert (alarm.priority, alarm.kind) == ("high", "technical")
    assert alarm.limit == "no reading: look at the patient"
    desk.do(reading(3, 37, "etco2"))
    assert not any(a.is_open for a in desk.state.shown)
