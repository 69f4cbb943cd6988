"""How often a vital sign out of range was measured again: from the first such reading on."""

from typing import Any

import pytest

from reprieve.clinical.findings import Step
from reprieve.clinical.remeasured import MOST, looks, remeasured_n

MIN = 60_000


def repeats(step: Step = Step.START, own: Any = None, **signs: list[tuple[int, float]]) -> Any:
    """Count from minutes and values by fact; the newest value of each counts now."""
    read = {name: [(at * MIN, value) for at, value in seen] for name, seen in signs.items()}
    now = {name: seen[-1][1] for name, seen in signs.items()}
    return remeasured_n(read, now=now, step=step, own_numbers=own)


def test_moments_close_together_are_one_look() -> None:
    assert (looks([]), looks([0, MIN, 4 * MIN])) == (0, 1)
    assert looks([0, 5 * MIN, 9 * MIN, 10 * MIN]) == 3


@pytest.mark.parametrize(
    ("pressure", "count"),
    [
        ([(0, 130), (5, 132)], None),  # in range: nothing to repeat
        ([(0, 165)], 0),
        ([(0, 165), (2, 166)], 0),  # at once again is the same look
        ([(0, 165), (5, 166)], 1),
        ([(0, 165), (5, 166), (10, 164)], 2),
        # Calm readings before the first one out of range repeat nothing.
        ([(0, 130), (5, 130), (10, 165)], 0),
        # One in range in between begins the count anew.
        ([(0, 165), (5, 150), (10, 165), (15, 166)], 1),
        # A first reading stays the first one, however long ago.
        ([(0, 165), (40, 166), (80, 164)], 2),
        ([(n, 165) for n in range(0, 1000, 5)], MOST),
    ],
)
def test_counted_from_the_first_reading_out_of_range(
    pressure: list[tuple[int, float]], count: int | None
) -> None:
    assert repeats(sbp_mmhg=pressure) == count
    assert repeats(Step.EVALUATION, sbp_mmhg=pressure) == count


def test_the_sign_that_was_repeated_least_often_counts() -> None:
    high = [(0, 165), (5, 166), (10, 164)]
    assert repeats(sbp_mmhg=high, heart_rate_per_min=[(10, 70)]) == 2  # calm: nothing to repeat
    assert repeats(sbp_mmhg=high, heart_rate_per_min=[(10, 115)]) == 0


def test_both_pressures_of_one_moment_are_one_sign() -> None:
    read = {
        "sbp_mmhg": [(0, 165), (5 * MIN, 150), (10 * MIN, 166)],
        "dbp_mmhg": [(0, 90), (5 * MIN, 104), (10 * MIN, 90)],
    }
    now = {"sbp_mmhg": 166, "dbp_mmhg": 90}
    assert remeasured_n(read, now=now, step=Step.START) == 2


def test_the_usual_saturation_and_the_clinics_own_numbers_decide_what_is_out_of_range() -> None:
    fell = {"spo2_percent": [(0, 95), (5 * MIN, 95)]}
    usual = {"spo2_percent": 95, "baseline_spo2_percent": 97}
    assert remeasured_n(fell, now=usual, step=Step.START) == 1
    assert repeats(spo2_percent=[(0, 95), (5, 95)]) is None
    own = {"blood-pressure-hold": {"sbp_from_mmhg": 150}}
    assert repeats(sbp_mmhg=[(0, 155), (6, 155)], own=own) == 1


def test_a_faulty_reading_repeats_nothing() -> None:
    assert repeats(sbp_mmhg=[(0, 165), (5, 9999), (10, 165)]) == 0
    assert repeats(sbp_mmhg=[(0, 9999)]) is None
