"""Fast effects: perception, circulation, receptors, and what a patient's own readings teach."""

import numpy as np
import pytest

from reprieve.knowledge import BadValue
from reprieve.pharmacology import (
    Infusion,
    acute_effect,
    evidence_bands,
    occupancy,
    rises,
    simulate,
    update_c50,
    update_slope,
)

SHORT = [Infusion(rate_mg_per_h=52.5, start_min=0, end_min=40)]


def test_half_the_effect_at_its_c50():
    assert acute_effect(np.array([0.0, 121.0])).tolist() == [0.0, 0.5]
    assert acute_effect(np.array([50.0]), c50_ng_per_ml=50.0)[0] == 0.5


def test_strong_ratings_lower_c50_and_weak_ones_raise_it():
    sites = [60.0, 100.0, 110.0]
    strong, weak, silent = (
        update_c50(effect_site_ng_per_ml=s, ratings=r)
        for s, r in ((sites, [7, 9, 9]), (sites, [0, 1, 1]), ([], []))
    )
    assert strong.median < silent.median < weak.median
    assert silent.median == pytest.approx(121, rel=0.01)
    assert silent.shrinkage == pytest.approx(1, rel=0.01)
    assert strong.shrinkage < 0.6
    assert strong.low < strong.median < strong.high


@pytest.mark.parametrize(
    ("sites", "ratings", "field"),
    [([1.0], [], "ratings"), ([1.0], [11], "ratings"), ([1.0], [float("nan")], "ratings"),
     ([-1.0], [2], "effect_site_ng_per_ml"), ([float("inf")], [2], "effect_site_ng_per_ml")],
)  # fmt: skip
def test_ratings_that_cannot_be_used_are_refused(sites, ratings, field):
    with pytest.raises(BadValue) as refused:
        update_c50(effect_site_ng_per_ml=sites, ratings=ratings)
    assert refused.value.field == field


def test_usual_infusion_gives_the_mean_rise_of_741_infusions():
    found = {r.signal: r for r in rises(weight_kg=70, times_min=range(90), infusions=SHORT)}
    assert found["sbp"].expected.max() == pytest.approx(7.4, rel=0.1)
    assert found["dbp"].expected.max() == pytest.approx(6.0, rel=0.1)
    assert found["heart_rate"].expected.max() == pytest.approx(1.9, rel=0.1)
    assert 30 <= found["sbp"].expected.argmax() <= 45
    assert np.all(found["sbp"].low <= found["sbp"].expected)
    assert np.all(found["sbp"].expected <= found["sbp"].high)


def test_the_rise_is_stronger_with_hypertension_and_capped():
    usual = rises(weight_kg=70, times_min=[40], infusions=SHORT)[0].expected
    strong = rises(weight_kg=70, times_min=[40], infusions=SHORT, stronger=True)[0].expected
    assert strong == pytest.approx(1.5 * usual)
    flood = [Infusion(rate_mg_per_h=1000, start_min=0, end_min=120)]
    capped = rises(weight_kg=70, times_min=[120], infusions=flood)[0].expected
    assert capped[0] == pytest.approx(0.059 * 350)


def test_own_readings_move_the_slope():
    found = update_slope(signal="sbp", effect_site_ng_per_ml=[100] * 8, rises_seen=[20] * 8)
    assert 0.1 < found.median < 0.2
    assert found.shrinkage < 1
    for signal, sites, seen, field in (
        ("spo2", [1], [1], "signal"),
        ("sbp", [1], [], "rises_seen"),
        ("sbp", [1], [float("nan")], "rises_seen"),
    ):
        with pytest.raises(BadValue) as refused:
            update_slope(signal=signal, effect_site_ng_per_ml=sites, rises_seen=seen)
        assert refused.value.field == field


def test_occupancy_of_s_ketamine_is_higher_and_norketamine_adds():
    level = np.array([100.0])
    racemic = occupancy(ketamine_ng_per_ml=level)
    assert occupancy(ketamine_ng_per_ml=level, s_fraction=1.0) > racemic
    assert occupancy(ketamine_ng_per_ml=level, norketamine_ng_per_ml=level) > racemic
    for wrong, field in (
        ({"ketamine_ng_per_ml": np.array([-1.0])}, "ketamine_ng_per_ml"),
        ({"ketamine_ng_per_ml": level, "norketamine_ng_per_ml": np.nan}, "norketamine_ng_per_ml"),
        ({"ketamine_ng_per_ml": level, "s_fraction": 1.5}, "s_fraction"),
    ):
        with pytest.raises(BadValue) as refused:
            occupancy(**wrong)
        assert refused.value.field == field


def test_values_of_a_fit_replace_the_typical_ones():
    slow = simulate(weight_kg=70, times_min=[240], infusions=SHORT, values={"CL": 42.0})
    usual = simulate(weight_kg=70, times_min=[240], infusions=SHORT)
    assert slow.ng_per_ml["ketamine"][0] > usual.ng_per_ml["ketamine"][0]


def test_evidence_bands_overlap_and_are_half_for_s_ketamine():
    pain, apart = evidence_bands("racemic")
    assert (pain.effect, apart.effect) == ("analgesia", "dissociation")
    assert apart.low_ng_per_ml < pain.high_ng_per_ml
    assert [b.low_ng_per_ml for b in evidence_bands("S")] == [35, 50]
    with pytest.raises(BadValue) as refused:
        evidence_bands("R")
    assert refused.value.field == "form"
