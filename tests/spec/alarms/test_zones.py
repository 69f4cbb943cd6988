"""Each value of the default limits ends in the alarm that the table says."""

import tomllib
from pathlib import Path

import pytest

from reprieve.monitoring import policy as policies
from reprieve.monitoring.alarms import fold
from reprieve.monitoring.limits import PRIORITIES
from reprieve.monitoring.vitals import Reading, scores, signals

ZONES = tomllib.loads((Path(__file__).parent / "zones.toml").read_text())
BASELINE = {"sbp": 120.0, "dbp": 75.0, "map": 90.0}
CASES = [
    pytest.param(signal, value, level, id=f"{signal} {value} {level}")
    for signal, row in ZONES.items()
    for level, values in row.items()
    for value in values
]


@pytest.mark.parametrize(("signal", "value", "level"), CASES)
def test_zone(signal: str, value: float, level: str) -> None:
    policy = policies.live(baseline=BASELINE)
    lasting = [
        Reading(signal=signal, value=value, at_ms=s * 1000, recorded_ms=s * 1000)
        for s in range(0, 310, 5)
    ]
    state, _ = fold(lasting, policy)
    assert [a.kind for a in state.shown if a.kind != "clinical"] == []
    shown = {a.priority for a in state.shown}
    assert next((p for p in PRIORITIES if p in shown), "none") == level


def test_every_signal_and_score_has_its_row() -> None:
    assert set(ZONES) == {*signals(), *scores()}
