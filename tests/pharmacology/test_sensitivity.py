"""What ratings and vital signs teach of one patient, and the visible return to the population."""

import numpy as np
import pytest

from reprieve.knowledge import BadValue
from reprieve.pharmacology import Bolus, Infusion, Occasion, acute_effect, sensitivity
from reprieve.pharmacology.sensitivity import SIGNALS, effect_site

SHORT = (Infusion(rate_mg_per_h=52.5, start_min=0, end_min=40),)
TIMES = (5.0, 10, 15, 20, 25, 30, 35, 40, 50, 60)


def occasion(seen, **more):
    return Occasion(
        weight_kg=70, times_min=TIMES[: len(seen)], seen=tuple(seen), infusions=SHORT, **more
    )


def rated(c50, times=TIMES):
    site = effect_site("dissociation", weight_kg=70, times_min=times, infusions=SHORT)
    return (10 * acute_effect(site, c50_ng_per_ml=c50)).round().tolist()


@pytest.mark.parametrize("c50", [60.0, 121.0, 240.0])
def test_ratings_of_two_infusions_find_the_c50(c50):
    found = sensitivity("dissociation", [occasion(rated(c50)), occasion(rated(c50))])
    assert found.individual
    assert found.estimate.low < c50 < found.estimate.high
    assert found.estimate.median == pytest.approx(c50, rel=0.15)
    assert found.estimate.shrinkage < 0.3
    low, middle, high = found.expected(108)
    assert low < middle < high
    assert middle == pytest.approx(10 * 108 / (108 + c50), rel=0.1)


@pytest.mark.parametrize(("signal", "slope"), [("sbp", 0.15), ("dbp", 0.02), ("heart_rate", 0.03)])
def test_rises_find_the_slope(signal, slope):
    site = effect_site(signal, weight_kg=70, times_min=TIMES, infusions=SHORT)
    seen = (slope * site).tolist()
    found = sensitivity(signal, [occasion(seen)] * 3)
    assert found.individual
    assert found.estimate.low < slope < found.estimate.high
    assert (found.estimate.median > found.typical) == (slope > found.typical)
    assert found.expected(100)[1] == pytest.approx(100 * found.estimate.median)


def test_nothing_seen_is_the_population_and_says_so():
    for signal in SIGNALS:
        found = sensitivity(signal, [occasion([None, 2.0, None])])
        assert not found.individual
        assert [g.name for g in found.gates if not g.passed] == ["readings"]
        assert found.estimate.median == pytest.approx(found.typical, rel=0.01)
        assert found.estimate.shrinkage == pytest.approx(1, rel=0.01)


def test_readings_before_the_drug_or_long_after_teach_nothing():
    late = (0.0, *(3000.0 + n for n in range(8)))
    quiet = Occasion(weight_kg=70, times_min=late, seen=(9.0,) * 9, infusions=SHORT)
    assert sensitivity("dissociation", [quiet]).readings == 0


def test_a_course_that_no_sensitivity_explains_returns_to_the_population():
    wild = [60.0, -60.0] * 5
    found = sensitivity("sbp", [occasion(wild)])
    assert not found.individual
    assert "misfit" in [g.name for g in found.gates if not g.passed]
    assert found.estimate.median == pytest.approx(found.typical, rel=0.01)
    far = sensitivity("heart_rate", [occasion([40.0] * 10)] * 3)
    assert "distance" in [g.name for g in far.gates if not g.passed]
    assert not far.individual


def test_a_bolus_counts():
    pushed = Occasion(
        weight_kg=70, times_min=(2.0, 5, 10), seen=(5.0, 5.0, 4.0),
        boluses=(Bolus(dose_mg=20, at_min=0),),
    )  # fmt: skip
    assert sensitivity("dissociation", [pushed]).readings == 3


@pytest.mark.parametrize(
    ("signal", "one", "field"),
    [
        ("spo2", occasion([1.0]), "signal"),
        ("dissociation", occasion([2.0, 11.0, 3.0]), "ratings"),
        ("dissociation", Occasion(weight_kg=70, times_min=(1.0,), seen=()), "seen"),
        ("sbp", Occasion(weight_kg=900, times_min=(9.0,), seen=(1.0,)), "weight_kg"),
        ("sbp", occasion([np.nan, 2.0, 3.0, 4.0]), "rises_seen"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(signal, one, field):
    with pytest.raises(BadValue) as refused:
        sensitivity(signal, [one])
    assert refused.value.field == field
