from decimal import Decimal

import pytest

from reprieve.clinical.delivery import MS_PER_MIN, Bolus, Segment
from reprieve.clinical.dosing import session_dose
from reprieve.clinical.findings import Severity, blocking
from reprieve.clinical.orders import (
    BolusRequest,
    RateChange,
    SessionOrder,
    order_check,
    session_order,
)
from reprieve.clinical.regimens import regimens
from reprieve.knowledge import BadValue

D = Decimal


def order(**more):
    signed = {
        "start_rate_mg_per_h": D(20), "highest_rate_mg_per_h": D(30), "maximum_mg": D(100),
        "bolus_max_mg": D(10), "hold_for": ("SpO2 below 90",),
        "valid_from_ms": 0, "valid_until_ms": 300 * MS_PER_MIN,
    }  # fmt: skip
    return SessionOrder(**(signed | more))


def flow(start_min, end_min, rate):
    end_ms = None if end_min is None else end_min * MS_PER_MIN
    return Segment(start_ms=start_min * MS_PER_MIN, end_ms=end_ms, rate_mg_per_h=D(rate))


def rate(at_min, mg_per_h, until_min):
    return RateChange(
        at_ms=at_min * MS_PER_MIN, rate_mg_per_h=D(mg_per_h), until_ms=until_min * MS_PER_MIN
    )


def bolus(at_min, dose, until_min):
    given = Bolus(start_ms=at_min * MS_PER_MIN, duration_ms=10 * MS_PER_MIN, dose_mg=D(dose))
    return BolusRequest(bolus=given, until_ms=until_min * MS_PER_MIN)


def rules(found):
    return [f.rule for f in found]


@pytest.mark.parametrize(
    ("change", "segments", "expected"),
    [
        (rate(0, 20, 240), [], []),
        (rate(0, 21, 240), [], ["order-start-rate"]),
        (rate(0, 31, 60), [], ["order-start-rate", "order-highest-rate"]),
        (rate(0, 20, 301), [], ["order-maximum"]),
        (rate(300, 20, 301), [], ["order-validity"]),
        (rate(30, 30, 200), [flow(0, 240, 20)], []),
        (rate(30, 31, 60), [flow(0, 240, 20)], ["order-highest-rate"]),
        (rate(30, 30, 240), [flow(0, 240, 20)], ["order-maximum"]),
        (rate(30, 25, 60), [flow(0, 10, 0)], ["order-start-rate"]),
        (rate(30, 29, 60), [flow(0, 20, 31)], ["order-deviation"]),
        (bolus(30, 10, 240), [flow(0, None, 20)], []),
        (bolus(30, "10.1", 240), [flow(0, None, 20)], ["order-bolus"]),
        (bolus(30, 10, 280), [flow(0, None, 20)], ["order-maximum"]),
        (bolus(310, 5, 320), [], ["order-validity"]),
        (bolus(30, 5, 60), [flow(0, 20, 31)], ["order-deviation"]),
    ],
)
def test_a_change_outside_the_order_is_refused(change, segments, expected):
    found = order_check(order=order(), change=change, segments=segments)
    assert rules(found) == expected
    assert all(f.severity is Severity.STOP and not f.overridable for f in found)
    assert all(str(f.says) for f in found)


class TestOverRateBeforeTheOrder:
    """40 mg/h ran for 20 minutes and was lowered to 5; then a doctor signed a new order."""

    GIVEN = (flow(0, 20, 40), flow(20, 240, 5))

    def signed(self, **more):
        return order(valid_from_ms=25 * MS_PER_MIN, start_rate_mg_per_h=D(25), **more)

    def test_it_does_not_count_against_the_new_highest_rate(self):
        for change in (rate(30, 10, 120), bolus(30, 5, 120)):
            assert order_check(order=self.signed(), change=change, segments=self.GIVEN) == ()

    def test_its_milligrams_count(self):
        found = order_check(
            order=self.signed(maximum_mg=D(28)), change=rate(30, 10, 120), segments=self.GIVEN
        )
        assert rules(found) == ["order-maximum"]

    def test_a_rate_beyond_the_new_order_counts(self):
        again = (*self.GIVEN[:1], flow(20, 26, 5), flow(26, 28, 31), flow(28, 240, 5))
        found = order_check(order=self.signed(), change=rate(30, 10, 120), segments=again)
        assert rules(found) == ["order-deviation"]


def test_an_order_without_a_bolus_allows_none():
    found = order_check(order=order(bolus_max_mg=None), change=bolus(0, 1, 10))
    assert rules(found) == ["order-bolus"]


def test_boluses_given_count_towards_the_maximum():
    before = [Bolus(start_ms=0, duration_ms=MS_PER_MIN, dose_mg=D(30))]
    found = order_check(order=order(), change=rate(10, 20, 240), boluses=before)
    assert rules(found) == ["order-maximum"]
    assert str(found[0].says).startswith("106.667 mg by the end of the plan")


def test_a_reduction_or_stop_is_never_refused():
    beyond = [flow(0, 20, 40), flow(20, 400, 29)]
    for lower in (rate(310, 10, 400), rate(310, 0, 310)):
        found = order_check(order=order(), change=lower, segments=beyond)
        assert blocking(found) == ()
        assert "order-deviation" in rules(found)
        assert {f.severity for f in found} == {Severity.WARN_HIGH}


def test_a_plan_that_ends_before_the_bolus_is_refused():
    with pytest.raises(BadValue, match="until_ms: must not be before the bolus ends"):
        order_check(order=order(), change=bolus(0, 1, 9))


@pytest.mark.parametrize("regimen", regimens().values(), ids=lambda r: r.id)
def test_a_planned_dose_is_inside_the_order_made_from_it(regimen):
    dose = session_dose(regimen=regimen, session_no=1, weight_kg=D("71"))
    signed = session_order(dose=dose, hold_for=(), valid_from_ms=0, valid_until_ms=1)
    start = RateChange(
        at_ms=0,
        rate_mg_per_h=dose.steps[0].rate_mg_per_h,
        until_ms=dose.duration_min * MS_PER_MIN,
    )
    assert order_check(order=signed, change=start) == ()
    assert signed.maximum_mg - dose.total_mg <= D("0.001")
    assert signed.bolus_max_mg is None


def test_an_order_that_ends_before_it_begins_is_refused():
    dose = session_dose(regimen=next(iter(regimens().values())), session_no=1, weight_kg=D(70))
    with pytest.raises(BadValue, match="valid_until_ms: must be after"):
        session_order(dose=dose, hold_for=(), valid_from_ms=5, valid_until_ms=5)
