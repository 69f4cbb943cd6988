from decimal import Decimal
from fractions import Fraction

import pytest

from reprieve.clinical.delivery import (
    MS_PER_MIN,
    Bolus,
    Segment,
    changed,
    cut,
    given_mg,
    integral_mg,
    rate_at,
    shown_mg,
)
from reprieve.knowledge import BadValue

D = Decimal


def flow(start_min, end_min, rate):
    end_ms = None if end_min is None else end_min * MS_PER_MIN
    return Segment(start_ms=start_min * MS_PER_MIN, end_ms=end_ms, rate_mg_per_h=D(rate))


def push(start_min, minutes, dose):
    return Bolus(start_ms=start_min * MS_PER_MIN, duration_ms=minutes * MS_PER_MIN, dose_mg=D(dose))


PLAN = [flow(0, 30, "20"), flow(30, 60, "40")]


@pytest.mark.parametrize(
    ("until_min", "mg"), [(0, "0"), (15, "5"), (30, "10"), (45, "20"), (60, "30"), (90, "30")]
)
def test_milligrams_are_the_integral_of_the_rate(until_min, mg):
    assert integral_mg(PLAN, until_ms=until_min * MS_PER_MIN) == D(mg)


def test_a_running_segment_and_boluses_count_up_to_the_moment():
    running = [flow(0, None, "60")]
    pushes = [push(10, 10, "5"), push(30, 0, "7")]
    at = [integral_mg(running, boluses=pushes, until_ms=t * MS_PER_MIN) for t in (5, 15, 29, 30)]
    assert at == [D(5), D("17.5"), D(34), D(42)]


def test_a_window_holds_a_push_at_either_end_whole():
    ends = (30 * MS_PER_MIN, 60 * MS_PER_MIN)
    for minute, mg in [(29, 0), (30, 7), (60, 7), (61, 0)]:
        window = given_mg([], [push(minute, 0, "7")], from_ms=ends[0], until_ms=ends[1])
        assert window == mg
    assert given_mg(PLAN, [push(25, 10, "4")], from_ms=ends[0], until_ms=ends[1]) == 22


def test_a_change_replaces_the_future_only():
    after = changed(PLAN, at_ms=10 * MS_PER_MIN, rate_mg_per_h=D(5), until_ms=40 * MS_PER_MIN)
    assert after == (flow(0, 10, "20"), flow(10, 40, "5"))
    assert cut([flow(0, None, "1")], at_ms=60_000) == (flow(0, 1, "1"),)
    assert cut(PLAN, at_ms=0) == ()
    with pytest.raises(BadValue, match="until_ms: must not be before at_ms"):
        changed(PLAN, at_ms=10, rate_mg_per_h=D(5), until_ms=9)


def test_the_rate_from_a_moment_on():
    assert [rate_at(PLAN, at_ms=t * MS_PER_MIN) for t in (0, 29, 30, 60)] == [20, 20, 40, 0]
    assert rate_at([flow(0, None, "3")], at_ms=10**12) == 3


def test_shown_amounts_are_rounded_up_to_a_microgram():
    assert shown_mg(Fraction(1, 3)) == D("0.334")
    assert shown_mg(Fraction(5)) == 5


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: flow(0, 1, "-1"), "rate_mg_per_h: must be a Decimal of 0 or more"),
        (lambda: flow(0, 1, "NaN"), "rate_mg_per_h"),
        (lambda: Segment(start_ms=0, end_ms=1, rate_mg_per_h=1.5), "rate_mg_per_h"),
        (lambda: flow(2, 1, "1"), "end_ms: must not be before start_ms"),
        (lambda: push(0, 0, "-1"), "dose_mg"),
        (lambda: push(0, -1, "1"), "duration_ms: must not be negative"),
    ],
)
def test_impossible_deliveries_are_refused(make, error):
    with pytest.raises(BadValue, match=error):
        make()
