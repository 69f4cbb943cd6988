"""Artefact marks: a suspicion beside a raw value, and never a silenced alarm."""

import pytest

from reprieve.monitoring import vitals
from reprieve.monitoring.artefact import marks
from reprieve.monitoring.vitals import ARTEFACT, ARTERIAL, Reading
from tests.monitoring.alarm_desk import Desk, limit, reading


def series(signal: str, *values: float, step: float = 1) -> list[Reading]:
    return [reading(n * step, v, signal) for n, v in enumerate(values)]


def reasons(*readings: Reading) -> list[tuple[str, float, str]]:
    return [(m.reading.signal, m.reading.value, m.reason) for m in marks(readings)]


@pytest.mark.parametrize("sign", vitals.signals().values(), ids=lambda s: s.name)
def test_an_isolated_jump_is_a_spike(sign: vitals.Signal) -> None:
    assert sign.spike is not None
    calm = sign.high - sign.spike - 1
    jump = calm + sign.spike
    assert reasons(*series(sign.name, calm, jump, calm)) == [(sign.name, jump, "spike")]
    assert reasons(*series(sign.name, calm, jump - 0.1, calm)) == []


def test_a_jump_that_stays_is_the_patient() -> None:
    assert reasons(*series("spo2", 97, 85, 85, 85)) == []


def test_neighbours_far_away_say_nothing() -> None:
    assert reasons(*series("spo2", 97, 80, 97, step=31)) == []


def test_typed_and_unusable_values_are_not_looked_at() -> None:
    typed = [reading(1, 80, source="hand")]
    assert reasons(reading(0, 97), *typed, reading(2, 97)) == []
    assert reasons(reading(0, 97), reading(1, 0), reading(2, 97)) == []
    assert reasons(reading(0, 97), reading(1, 0, "rass"), reading(2, 97)) == []


def test_a_pulse_far_from_the_heart_rate_of_the_same_moment_is_marked() -> None:
    heart = reading(0, 80, "heart_rate")
    assert reasons(heart, reading(4, 50, "pulse_rate")) == [("pulse_rate", 50, "pulse_mismatch")]
    assert reasons(heart, reading(4, 66, "pulse_rate")) == []
    assert reasons(heart, reading(6, 50, "pulse_rate")) == []
    assert reasons(reading(0, 50, "pulse_rate")) == []


def test_a_mean_outside_its_pressures_is_marked() -> None:
    pair = reading(0, 120, "sbp"), reading(0, 80, "dbp")
    assert reasons(*pair, reading(0, 121, "map")) == [("map", 121, "mean_outside")]
    assert reasons(*pair, reading(0, 79, "map")) == [("map", 79, "mean_outside")]
    assert reasons(*pair, reading(0, 93, "map")) == []
    assert reasons(pair[0], reading(0, 140, "map")) == []


def test_a_cuff_beside_an_arterial_line_is_no_spike() -> None:
    line = frozenset({ARTERIAL})
    taken = [reading(n, 120, "sbp", flags=line) for n in (0, 1, 3, 4)]
    assert reasons(*taken, reading(2, 180, "sbp")) == []
    assert reasons(*taken, reading(2, 180, "sbp", flags=line)) == [("sbp", 180, "spike")]


def test_the_order_of_arrival_does_not_matter() -> None:
    values = series("spo2", 97, 80, 97, 97)
    assert marks(values) == marks(reversed(values))


def test_a_marked_value_still_alarms() -> None:
    desk = Desk(limit())
    assert desk.do(reading(0, 80, flags=frozenset({ARTEFACT})))
