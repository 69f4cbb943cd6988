"""What papers measured, against the models; tolerances include the noise of the studies."""

import numpy as np
import pytest

from reprieve.pharmacology import (
    Bolus,
    Infusion,
    RouteDose,
    auc_to_infinity,
    model,
    occupancy,
    simulate,
)
from reprieve.pharmacology.plausibility import kinetics


def levels(name, times, *, segments=(), boluses=(), weight_kg=70.0):
    return simulate(
        weight_kg=weight_kg, times_min=times, model_name=name,
        infusions=[Infusion(rate_mg_per_h=r, start_min=s, end_min=e) for r, s, e in segments],
        boluses=[Bolus(dose_mg=d, at_min=t) for d, t in boluses],
    ).ng_per_ml  # fmt: skip


@pytest.mark.parametrize(
    ("analyte", "observed"),
    [("ketamine", [56, 27, 15.5, 11.5, 6.0, 4.2, 2.5, 1.8]),
     ("norketamine", [10, 23, 20, 16, 12, 11, 8, 6.5])],
)  # fmt: skip
def test_otto_2021_observed_medians(analyte, observed):
    """Otto 2021, 10 mg in 30 min, 68 kg, digitised medians to within 10 %."""
    times = [30, 60, 120, 180, 300, 360, 480, 600]
    found = levels("otto2021", times, segments=[(20, 0, 30)], weight_kg=68)[analyte]
    miss = np.abs(found / np.array(observed) - 1)
    assert np.median(miss) < 0.15
    assert np.quantile(miss, 0.9) < 0.25


@pytest.mark.parametrize(("weight_kg", "peak"), [(70, 273), (73, 260)])
def test_simons_2022_peak(weight_kg, peak):
    """Simons 2022, 20 mg in 20 min, two occasions."""
    found = levels("simons2022", [20], segments=[(60, 0, 20)], weight_kg=weight_kg)["ketamine"]
    assert found[0] == pytest.approx(peak, rel=0.10)


@pytest.mark.parametrize(
    ("dose_mg", "norketamine", "hydroxynorketamine"), [(50, 38497, 24087), (100, 67959, 44972)]
)
def test_simons_2022_film(dose_mg, norketamine, hydroxynorketamine):
    """Simons 2022: areas over six hours after a film, ng min/mL."""
    times = np.arange(361.0)
    found = simulate(
        weight_kg=70, times_min=times, model_name="simons2022",
        doses=[RouteDose(route="film", dose_mg=dose_mg, at_min=0)],
    ).ng_per_ml  # fmt: skip
    areas = {name: np.trapezoid(levels, times) for name, levels in found.items()}
    assert areas["norketamine"] == pytest.approx(norketamine, rel=0.15)
    assert areas["hydroxynorketamine"] == pytest.approx(hydroxynorketamine, rel=0.15)
    assert areas["norketamine"] == pytest.approx(36287 * dose_mg / 50, rel=1e-3)
    assert areas["hydroxynorketamine"] == pytest.approx(23367 * dose_mg / 50, rel=1e-3)


def test_perez_ruixo_2020_clearance_and_extraction():
    """Perez-Ruixo 2020, well-stirred liver: CL 109 L/h, extraction 0.72."""
    area = auc_to_infinity(weight_kg=70, dose_mg=1, model_name="perez-ruixo2020")["ketamine"]
    assert 1000 / area == pytest.approx(109, rel=0.005)
    assert 1000 / area / 151 == pytest.approx(0.72, abs=0.005)


def test_hijazi_2003_clearance_and_half_life():
    """Hijazi 2003: 36.0 mL/min/kg, 4.9 h."""
    chosen = model("hijazi2003")
    found = {k.name: k.value for k in kinetics(chosen, values=chosen.typical(70), weight_kg=70)}
    assert found["terminal_half_life"] == pytest.approx(4.9, rel=0.03)
    per_kg = chosen.typical(70)["k10"] / 60 * chosen.typical(70)["V1"] * 1000 / 70
    assert per_kg == pytest.approx(36.0, rel=0.03)


def test_ten_mg_bolus():
    """PMC9118341, table 6: AUC 113 ug h/L, highest level 296 ng/mL at 2 min."""
    area = auc_to_infinity(weight_kg=70, dose_mg=10, model_name="kamp2020")["ketamine"]
    assert area == pytest.approx(113, rel=0.10)
    found = levels("kamp2020", [2], boluses=[(10, 0)])["ketamine"]
    assert found[0] == pytest.approx(296, rel=0.15)


def test_long_intensive_care_sedation():
    """1.1-1.3 mg/kg/h for three days: ketamine 1.2 (SD 0.3), norketamine 1.0 (SD 0.6) ug/mL."""
    found = levels("kamp2020-nk", [4320], segments=[(84, 0, 4320)])
    assert found["ketamine"][0] == pytest.approx(1000, abs=1)
    assert 900 <= found["ketamine"][0] <= 1500
    assert 400 <= found["norketamine"][0] <= 1600


def test_idvall_1979_stable_anaesthesia():
    """Idvall 1979: 41 ug/kg/min leads to 9.3 umol/L, 2211 ng/mL."""
    rate = 41 * 70 * 60 / 1000
    found = levels("kamp2020", [10_000], segments=[(rate, 0, 10_000)])["ketamine"]
    assert found[0] == pytest.approx(2211, rel=0.15)


def test_usual_peak_lies_between_venous_and_arterial_sets():
    """Zanos 2018, table 1: 185 ng/mL after 0.5 mg/kg in 40 min."""
    peaks = {
        name: levels(name, [40], segments=[(52.5, 0, 40)])["ketamine"][0]
        for name in ("kamp2020", "noppers2011", "clements1981", "otto2021")
    }
    venous = [peak for name, peak in peaks.items() if model(name).sampling_site == "venous"]
    arterial = [peak for name, peak in peaks.items() if model(name).sampling_site == "arterial"]
    assert max(venous) < 185 < min(arterial)


def test_kamp_2020_totals():
    """Kamp 2020: V 200-304 L, CL 69-90 L/h."""
    typical = model("kamp2020").typical(70)
    assert 200 <= typical["V1"] + typical["V2"] + typical["V3"] <= 304
    assert 69 <= typical["CL"] <= 90


@pytest.mark.parametrize(
    ("name", "analyte", "dose", "weight_kg", "expected"),
    [
        ("otto2021", "ketamine", (20, 0, 30), 68,
         {30: 50.9, 60: 27.3, 120: 15.4, 180: 10.3, 300: 5.1, 360: 3.7, 480: 2.2, 600: 1.5}),
        ("otto2021", "norketamine", (20, 0, 30), 68,
         {30: 11.8, 60: 20.9, 120: 20.5, 180: 17.1, 300: 11.7, 360: 9.9, 480: 7.4, 600: 5.8}),
        ("simons2022", "ketamine", (60, 0, 20), 70, {20: 268}),
        ("simons2022", "ketamine", (60, 0, 20), 73, {20: 259}),
        ("kamp2020", "ketamine", (172.2, 0, 30_000), 70, {30_000: 2050}),
        ("kamp2020-nk", "ketamine", (84, 0, 30_000), 70, {30_000: 1000}),
        ("kamp2020-nk", "norketamine", (84, 0, 30_000), 70, {30_000: 1460}),
        ("kamp2020", "ketamine", (52.5, 0, 40), 70, {40: 253}),
        ("noppers2011", "ketamine", (52.5, 0, 40), 70, {40: 277}),
        ("clements1981", "ketamine", (52.5, 0, 40), 70, {40: 177}),
        ("otto2021", "ketamine", (52.5, 0, 40), 70, {40: 158}),
    ],
)
def test_what_the_reference_program_says_beside_each_study(
    name, analyte, dose, weight_kg, expected
):
    """The independent program's own answers to the studies above, to the digits it printed."""
    found = levels(name, list(expected), segments=[dose], weight_kg=weight_kg)[analyte]
    for value, wanted in zip(found, expected.values(), strict=True):
        digit = 10.0 ** -len(str(wanted).partition(".")[2])
        assert value == pytest.approx(wanted, rel=3.5e-3, abs=0.51 * digit)


def test_what_the_reference_program_says_of_bolus_peak_time_and_volume():
    """Bolus of 10 mg: area 119, 263 ng/mL at 2 min; venous norketamine peaks at 1.37 h."""
    area = auc_to_infinity(weight_kg=70, dose_mg=10, model_name="kamp2020")["ketamine"]
    assert area == pytest.approx(119, abs=0.51)
    assert levels("kamp2020", [2], boluses=[(10, 0)])["ketamine"][0] == pytest.approx(263, abs=0.51)
    times = np.arange(30, 240, 0.1)
    late = levels("otto2021", times, segments=[(20, 0, 30)])["norketamine"]
    assert times[late.argmax()] / 60 == pytest.approx(1.37, abs=0.01)
    chosen = model("hijazi2003")
    found = {k.name: k.value for k in kinetics(chosen, values=chosen.typical(70), weight_kg=70)}
    assert found["terminal_half_life"] == pytest.approx(4.95, abs=0.0051)
    per_kg = chosen.typical(70)["k10"] / 60 * chosen.typical(70)["V1"] * 1000 / 70
    assert per_kg == pytest.approx(35.96, abs=0.0051)
    typical = model("kamp2020").typical(70)
    assert typical["V1"] + typical["V2"] + typical["V3"] == pytest.approx(238)


def test_occupancy_of_receptors():
    """Competitive binding with the Ki of Ebert 1997, unbound 0.6, racemate without norketamine."""
    found = occupancy(ketamine_ng_per_ml=np.array([50.0, 100, 200, 350, 1000, 2200]))
    assert found == pytest.approx([0.20, 0.34, 0.51, 0.64, 0.84, 0.92], abs=0.005)
