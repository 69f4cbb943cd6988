"""Which value is drawn when two sources measured at once."""

from itertools import permutations

from reprieve.monitoring.precedence import choose, rate
from reprieve.monitoring.vitals import ARTEFACT, ARTERIAL, WITHDRAWN, Reading
from tests.monitoring.alarm_desk import reading

FLAG = {name: frozenset({name}) for name in (ARTEFACT, ARTERIAL, WITHDRAWN)}


def drawn(*readings: Reading, devices: tuple[str, ...] = ()) -> list[float]:
    """Return the values drawn, which must not depend on the order."""
    found = {
        tuple(c.drawn.value for c in choose(order, devices=devices))
        for order in permutations(readings)
    }
    assert len(found) == 1
    return list(found.pop())


def test_one_value_is_drawn_and_the_others_stay_beside_it() -> None:
    (choice,) = choose([reading(0, 120, "sbp"), reading(0, 118, "sbp", flags=FLAG[ARTERIAL])])
    assert choice.drawn.value == 118
    assert [r.value for r in choice.beside] == [120]


def test_typed_goes_before_device() -> None:
    assert drawn(reading(0, 97), reading(0, 95, source="hand")) == [95]


def test_devices_go_in_the_order_given_and_unknown_ones_last() -> None:
    values = reading(0, 95, device="b"), reading(0, 96, device="a"), reading(0, 97, device="c")
    assert drawn(*values, devices=("b", "a")) == [95]
    assert drawn(*values, devices=("c",)) == [97]
    assert drawn(*values) == [96]


def test_a_suspected_artefact_goes_last() -> None:
    assert drawn(reading(0, 80, source="hand", flags=FLAG[ARTEFACT]), reading(0, 97)) == [97]


def test_what_is_no_measurement_is_not_drawn() -> None:
    assert drawn(reading(0, 0), reading(0, 90, flags=FLAG[WITHDRAWN])) == []


def test_each_moment_and_signal_has_its_own_choice() -> None:
    assert drawn(reading(1, 97), reading(0, 96), reading(0, 70, "heart_rate")) == [70, 96, 97]


def test_the_rate_is_the_ecg_s_unless_it_is_old_or_doubtful() -> None:
    heart, pulse = reading(10, 80, "heart_rate"), reading(12, 60, "pulse_rate")
    doubtful = reading(10, 80, "heart_rate", flags=FLAG[ARTEFACT])
    assert rate(heart=heart, pulse=pulse, at_ms=15_000, fresh_ms=15_000) == heart
    assert rate(heart=heart, pulse=pulse, at_ms=26_000, fresh_ms=15_000) == pulse
    assert rate(heart=doubtful, pulse=pulse, at_ms=15_000, fresh_ms=15_000) == pulse
    assert rate(heart=doubtful, pulse=None, at_ms=15_000, fresh_ms=15_000) == doubtful
    assert rate(heart=None, pulse=None, at_ms=0, fresh_ms=0) is None
    zero = reading(12, 0, "heart_rate")
    assert rate(heart=zero, pulse=pulse, at_ms=15_000, fresh_ms=15_000) == pulse
