"""Levels of the reference regimens, from an independent numpy/scipy program (0.1 %).

Why: any slip in parameters, flows, units or the closed form shows here first. Values are printed
to four digits, hence the added half unit of the last one.
"""

import math

import pytest

from reprieve.pharmacology import (
    Infusion,
    auc_to_infinity,
    available,
    model,
    simulate,
    steady_state,
    terminal_half_life_h,
)
from reprieve.pharmacology.plausibility import kinetics

SHORT = [(52.5, 0, 40)]
LONG = [(40.0, 0, 120)]
SLOW = [(24.5, 0, 240)]
LEVELS = [
    ("kamp2020", "ketamine", SHORT, {40: 253.05, 60: 95.86, 120: 49.91, 240: 25.62}),
    ("kamp2020", "ketamine", LONG, {60: 224.1, 120: 287.0, 180: 103.96, 360: 42.93}),
    ("kamp2020", "ketamine", SLOW, {240: 219.7, 360: 70.20}),
    ("otto2021", "ketamine", SHORT, {40: 158.04, 60: 103.75, 120: 55.11, 240: 25.17}),
    ("otto2021", "ketamine", LONG, {60: 153.69, 120: 222.41, 180: 113.5, 360: 37.33}),
    ("otto2021", "ketamine", SLOW, {240: 182.43, 360: 69.07}),
    ("otto2021", "norketamine", SHORT, {40: 47.09, 60: 68.45, 120: 71.66, 240: 49.51}),
    ("otto2021", "norketamine", LONG, {60: 63.90, 120: 147.15, 180: 154.32, 360: 89.11}),
    ("simons2022", "ketamine", [(60.0, 0, 20)], {20: 267.96, 60: 41.59, 120: 19.83}),
    ("simons2022", "norketamine", [(60.0, 0, 20)], {20: 29.5, 60: 37.5, 120: 24.8}),
    ("simons2022", "hydroxynorketamine", [(60.0, 0, 20)], {20: 6.7, 60: 16.6, 120: 16.0}),
]


def predicted(name, segments, times, *, weight_kg=70.0):
    infusions = [Infusion(rate_mg_per_h=r, start_min=s, end_min=e) for r, s, e in segments]
    return simulate(
        weight_kg=weight_kg, times_min=times, infusions=infusions, model_name=name
    ).ng_per_ml


@pytest.mark.parametrize(("name", "analyte", "segments", "expected"), LEVELS)
def test_levels(name, analyte, segments, expected):
    found = predicted(name, segments, expected)[analyte]
    for value, wanted in zip(found, expected.values(), strict=True):
        digits = 0.05 if wanted < 40 and analyte != "ketamine" else 0.0
        assert value == pytest.approx(wanted, rel=1e-3, abs=digits)


@pytest.mark.parametrize(
    ("name", "analyte", "expected"),
    [("kamp2020", "ketamine", 238.10), ("otto2021", "ketamine", 210.08),
     ("otto2021", "norketamine", 346.5)],
)  # fmt: skip
def test_steady_state_at_20_mg_per_h(name, analyte, expected):
    found = steady_state(weight_kg=70, rate_mg_per_h=20, model_name=name)
    assert found[analyte] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(("name", "expected"), [("kamp2020", 3.063), ("otto2021", 7.367)])
def test_terminal_half_life(name, expected):
    assert terminal_half_life_h(weight_kg=70, model_name=name) == pytest.approx(expected, rel=1e-3)


def test_norketamine_falls_as_slowly_as_its_parent():
    """Terminal half-life of norketamine, 7.367 h: it leaves no slower than it is made."""
    late = predicted("otto2021", SHORT, [12_000, 12_600])["norketamine"]
    assert 10 * math.log(2) / math.log(late[0] / late[1]) == pytest.approx(7.367, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "clearance_l_per_h"),
    [("kamp2020", 84.0), ("otto2021", 95.2), ("simons2022", 88.8), ("noppers2011", 93.5),
     ("herd2007", 90.0), ("domino1982", 115.9), ("clements1981", 80.2)],
)  # fmt: skip
def test_closed_forms_give_back_the_clearance(name, clearance_l_per_h):
    chosen = model(name)
    level = steady_state(weight_kg=70, rate_mg_per_h=1, model_name=name)["ketamine"]
    area = auc_to_infinity(weight_kg=70, dose_mg=1, model_name=name)["ketamine"]
    assert level == pytest.approx(area, rel=1e-9)
    assert 1000 / area == pytest.approx(clearance_l_per_h, rel=2e-3)
    found = kinetics(chosen, values=chosen.typical(70.0), weight_kg=70.0)
    assert found[0].value == pytest.approx(clearance_l_per_h, rel=2e-3)


@pytest.mark.parametrize(
    "name", [name for name in available() if "CL" in model(name).parameters]
)
def test_level_and_area_follow_from_rate_dose_and_clearance(name):
    """Css = R / CL and AUC = D / CL at the ends of each model's range of weights (1e-6)."""
    for weight_kg in model(name).weight_kg:
        clearance = model(name).typical(weight_kg)["CL"]
        level = steady_state(weight_kg=weight_kg, rate_mg_per_h=20, model_name=name)["ketamine"]
        area = auc_to_infinity(weight_kg=weight_kg, dose_mg=35, model_name=name)["ketamine"]
        assert level == pytest.approx(1000 * 20 / clearance, rel=1e-6)
        assert area == pytest.approx(1000 * 35 / clearance, rel=1e-6)


def test_norketamine_area_is_dose_over_its_clearance():
    area = auc_to_infinity(weight_kg=70, dose_mg=35, model_name="otto2021")["norketamine"]
    assert area == pytest.approx(35 / 57.72 * 1000, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "segments", "minutes"),
    [("kamp2020", SHORT, 9), ("kamp2020", LONG, 25), ("kamp2020", SLOW, 42),
     ("noppers2011", SHORT, 6), ("noppers2011", LONG, 15), ("noppers2011", SLOW, 26),
     ("otto2021", SHORT, 40), ("otto2021", LONG, 63), ("otto2021", SLOW, 76),
     ("clements1981", SHORT, 37), ("clements1981", LONG, 64), ("clements1981", SLOW, 95)],
)  # fmt: skip
def test_context_sensitive_half_time(name, segments, minutes):
    end = segments[0][2]
    times = [end + minute for minute in range(200)]
    levels = predicted(name, segments, times)["ketamine"]
    halved = next(minute for minute, level in enumerate(levels) if level <= levels[0] / 2)
    assert abs(halved - minutes) <= 1


@pytest.mark.parametrize(
    ("segments", "highest", "share"),
    [(SHORT, 108, 0.47), (LONG, 138, 0.53), (SLOW, 110, 0.48), ([(25.0, 0, 240)], 110, 0.48)],
)
def test_fast_effect_site_of_a_racemic_infusion(segments, highest, share):
    from reprieve.pharmacology import acute_effect

    times = list(range(300))
    site = predicted("kamp2020", segments, times)["effect_site"]
    assert site.max() == pytest.approx(highest, rel=0.02)
    assert acute_effect(site).max() == pytest.approx(share, rel=0.02)
    if segments is SHORT:
        assert times[site.argmax()] == 41
