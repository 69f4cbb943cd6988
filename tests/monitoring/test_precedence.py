"""Which value is drawn when two sources measured at once."""

import numpy as np
import pytest

from reprieve.monitoring import vitals
from reprieve.monitoring.precedence import preferred, rank, rate
from reprieve.monitoring.vitals import ARTEFACT, ARTERIAL, Reading
from tests.monitoring.alarm_desk import Desk, limit, reading

DOUBTFUL = frozenset({ARTEFACT})
LINE = frozenset({ARTERIAL})


def drawn(*taken: tuple[int, int]) -> list[bool]:
    """Say of (second, rank) pairs which are drawn, in their order."""
    seconds, ranks = (np.array(column, dtype=np.int64) for column in zip(*taken, strict=True))
    return [bool(one) for one in preferred(seconds * 1000, ranks)]


@pytest.mark.parametrize(
    ("signal", "best", "next_"),
    [("sbp", "arterial", "nibp"), ("respiratory_rate", "thoracic", "pleth"),
     ("pulse_rate", "oximeter", "nibp")],
)  # fmt: skip
def test_each_signal_has_its_order_of_sources(signal: str, best: str, next_: str) -> None:
    assert rank(signal, best) < rank(signal, next_) < rank(signal, "nobody")
    assert rank("spo2", "oximeter") == rank("spo2", "") == 0


def test_a_lesser_source_stands_beside_a_better_one_that_speaks() -> None:
    assert drawn((0, 0), (1, 1), (2, 0)) == [True, False, True]
    assert drawn((2, 0), (1, 1), (0, 0)) == [True, False, True]
    assert drawn((0, 0), (60, 1), (61, 1), (200, 1)) == [True, False, True, True]
    assert drawn((0, 2), (10, 1), (20, 0)) == [False, False, True]
    assert drawn((0, 1)) == [True]


def test_the_rate_is_the_ecg_s_unless_it_is_old_or_doubtful() -> None:
    heart, pulse = reading(10, 80, "heart_rate"), reading(12, 60, "pulse_rate")
    doubtful = reading(10, 80, "heart_rate", flags=DOUBTFUL)
    assert rate(heart=heart, pulse=pulse, at_ms=15_000, fresh_ms=15_000) == heart
    assert rate(heart=heart, pulse=pulse, at_ms=26_000, fresh_ms=15_000) == pulse
    assert rate(heart=doubtful, pulse=pulse, at_ms=15_000, fresh_ms=15_000) == pulse
    assert rate(heart=doubtful, pulse=None, at_ms=15_000, fresh_ms=15_000) == doubtful
    assert rate(heart=None, pulse=None, at_ms=0, fresh_ms=0) is None
    zero = reading(12, 0, "heart_rate")
    assert rate(heart=zero, pulse=pulse, at_ms=15_000, fresh_ms=15_000) == pulse


def of_line(second: float, value: float) -> Reading:
    return reading(second, value, "sbp", flags=LINE)


def test_a_cuff_beside_an_arterial_line_is_judged_and_is_not_the_present() -> None:
    desk = Desk(limit("sbp", threshold=80))
    desk.do(of_line(0, 120))
    desk.do(of_line(1, 121))
    assert desk.do(reading(2, 70, "sbp"))  # below the limit: it alarms all the same
    track = desk.state.tracks["sbp"]
    assert (track.value, track.arterial) == (121, True)
    desk.do(of_line(3, 119))
    assert desk.state.tracks["sbp"].value == 119


def test_a_cuff_is_the_present_once_the_line_is_silent() -> None:
    desk = Desk()
    desk.do(of_line(0, 120))
    later = vitals.BESIDE_MS // 1000 + 1
    desk.do(reading(later, 100, "sbp"))
    track = desk.state.tracks["sbp"]
    assert (track.value, track.arterial) == (100, False)
    desk.do(reading(later + 1, 90, "sbp", source="hand"))
    desk.do(reading(later + 2, 95, "sbp"))
    assert desk.state.tracks["sbp"].value == 95
