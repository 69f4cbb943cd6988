"""Replaying a series into episodes."""

from datetime import UTC, datetime

import pytest

from reprieve.monitoring import replay, series
from reprieve.monitoring.limits import Limit
from tests.monitoring.alarm_desk import limit


def csv(signal: str, *cells: tuple[float, object]) -> series.Series:
    """Return a series of one signal from (second, value) pairs."""
    rows = [f"{datetime.fromtimestamp(s, UTC).isoformat()},{v}" for s, v in cells]
    return series.read("\n".join([f"t,{signal}", *rows]).encode())


def found(data: series.Series, *limits: Limit, **baseline: float) -> list[tuple[object, ...]]:
    """Return (kind, limit, start s, end s, open) of each episode."""
    return [
        (e.kind, e.limit, e.start_ms / 1000, e.end_ms / 1000, e.open)
        for e in replay.episodes(data, limits, baseline=baseline)
    ]


def minutes(*values: object) -> list[tuple[float, object]]:
    return [(60.0 * n, v) for n, v in enumerate(values)]


def test_an_episode_runs_from_the_first_to_the_last_reading_beyond() -> None:
    data = csv("spo2", *minutes(95, 89, 88, 90, 89, 95))
    assert found(data, limit()) == [
        ("clinical", "below 90", 60, 120, False),
        ("clinical", "below 90", 240, 240, False),
    ]


def test_an_episode_that_does_not_end_is_open_and_ends_with_its_last_reading() -> None:
    assert found(csv("spo2", *minutes(95, 89, 88)), limit()) == [
        ("clinical", "below 90", 60, 120, True)
    ]


def test_each_limit_has_its_own_episodes() -> None:
    data = csv("spo2", *minutes(95, 89, 84, 86, 95))
    rules = limit(), limit(threshold=85)
    assert found(data, *rules) == [
        ("clinical", "below 90", 60, 180, False),
        ("clinical", "below 85", 120, 120, False),
    ]


@pytest.mark.parametrize("priority", ["high", "medium", "low"])
def test_the_priority_does_not_change_the_episodes(priority: str) -> None:
    data = csv("spo2", *minutes(89, 95, 88, 95))
    assert [e[2:4] for e in found(data, limit(priority=priority))] == [(0, 0), (120, 120)]


def test_a_zero_is_a_high_technical_episode_and_splits_nothing() -> None:
    data = csv("spo2", *minutes(89, 0, 88, 95))
    assert found(data, limit()) == [
        ("clinical", "below 90", 0, 120, False),
        ("technical", "no reading: look at the patient", 60, 60, False),
    ]
    assert replay.episodes(data, [limit()])[1].priority == "high"


@pytest.mark.parametrize("value", [-999, -99.9, -100, -10000, -1, 8388607, 39.9, 100.1])
def test_sentinels_and_impossible_values_are_technical_alone(value: float) -> None:
    rules = limit(threshold=1e9, compare="above"), limit(threshold=-1e9), limit(threshold=40)
    data = csv("spo2", *minutes(97, value, value, 97))
    assert found(data, *rules) == [("technical", "no usable value", 60, 120, False)]


def test_an_impossible_pressure_pair_is_technical_alone() -> None:
    rows = "t,sbp,dbp\n2026-03-01T09:00:00Z,80,85\n"
    episodes = replay.episodes(series.read(rows.encode()), [limit("sbp", threshold=90)])
    assert {(e.kind, e.signal) for e in episodes} == {("technical", "sbp"), ("technical", "dbp")}


def test_a_gap_is_technical_from_the_last_value_to_the_next() -> None:
    data = csv("spo2", (0, 97), (60, 97), (120, 97), (1200, 97), (1260, 97))
    assert found(data, limit()) == [("technical", "no value for too long", 120, 1200, False)]


def test_a_gap_that_does_not_end_is_open() -> None:
    rows = "".join(f"2026-03-01T09:{m:02}:00Z,{'97' if m < 3 else ''},70\n" for m in range(10))
    data = series.read(f"t,spo2,heart_rate\n{rows}".encode())
    (gap,) = replay.episodes(data, [limit()])
    assert (gap.kind, gap.open) == ("technical", True)
    assert gap.start_ms == gap.end_ms
    assert gap.end_ms in data.written


def test_a_gap_inside_an_episode_does_not_split_it() -> None:
    data = csv("spo2", (0, 88), (60, 88), (120, 88), (1200, 87), (1260, 95))
    assert [e[2:4] for e in found(data, limit()) if e[0] == "clinical"] == [(0, 1200)]


def test_a_regular_series_inside_its_limits_has_no_episode() -> None:
    assert found(csv("spo2", *minutes(*[97] * 20)), limit()) == []


def test_a_delay_leaves_short_runs_out_and_keeps_the_first_reading_of_long_ones() -> None:
    rule = limit(delay_s=10)
    short = [(float(s), 88 if 5 <= s < 15 else 97) for s in range(30)]
    long = [(float(s), 88 if 5 <= s < 17 else 97) for s in range(30)]
    assert found(csv("spo2", *short), rule) == []
    assert found(csv("spo2", *long), rule) == [("clinical", "below 90", 5, 16, False)]


def test_after_a_high_episode_a_short_run_is_still_short() -> None:
    beyond = [*range(5, 17), *range(20, 25), *range(40, 55)]
    data = csv("spo2", *[(float(s), 88 if s in beyond else 97) for s in range(60)])
    assert [e[2:4] for e in found(data, limit(delay_s=10))] == [(5, 16), (40, 54)]


def test_on_hourly_values_a_delay_of_seconds_hides_nothing() -> None:
    data = csv("spo2", *[(3600.0 * n, v) for n, v in enumerate([97, 97, 97, 88, 97])])
    assert found(data, limit(delay_s=10)) == [("clinical", "below 90", 10800, 10800, False)]


def test_a_percent_limit_uses_the_baseline_given_or_the_first_plausible_reading() -> None:
    rule = limit("sbp", compare="above_percent_of_baseline", threshold=120)
    data = csv("sbp", *minutes(0, 120, 144, 145, 130))
    episodes = [e for e in found(data, rule) if e[0] == "clinical"]
    assert episodes == [("clinical", "above 120 % of baseline", 180, 180, False)]
    episodes = [e for e in found(data, rule, sbp=100) if e[0] == "clinical"]
    assert episodes == [("clinical", "above 120 % of baseline", 120, 240, True)]


def test_nothing_in_nothing_out() -> None:
    assert found(series.read(b"t,spo2\n"), limit()) == []
