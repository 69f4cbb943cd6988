"""Parameters for 70 kg as they stand in print, typed here and not read from the product's files.

Why: a slip in a model's file shows here by name, where a comparison of the file with itself cannot.
Sources: Kamp 2020 (as coded in two open tools), Otto 2021 with Fanta 2015, Simons 2022,
Perez-Ruixo 2020, Noppers 2011, Herd 2007, Clements 1981, Domino 1982, Hijazi 2003. Hours, litres.
"""

import pytest

from reprieve.pharmacology import available, model

MIN = 60.0  # per minute, brought to hours
KAMP = {"CL": 84, "V1": 25, "Q2": 161, "V2": 56, "Q3": 79, "V3": 157}
NORKETAMINE = {"CLn": 57.72, "Vn": 98.638, "Qn": 42.778, "Vpn": 160.04, "fm": 1}
PRINTED = {
    "kamp2020": KAMP,
    "kamp2020-nk": {**KAMP, **NORKETAMINE},
    "otto2021": {
        "V1": 133, "CL": 95.2, "V2": 187, "Q2": 23.2, "V3": 98.8, "Q3": 157, **NORKETAMINE,
    },
    "simons2022": {
        "VK1": 11.6, "VK2": 39, "VK3": 174, "CLK1": 1.48 * MIN, "CLK2": 2.43 * MIN,
        "CLK3": 1.21 * MIN, "MTTK": 20.1 / MIN, "fN": 0.8, "CLN1": 1.00 * MIN,
        "CLN2": 2.63 * MIN, "VN2": 221, "MTTN": 1.12 / MIN, "fH": 0.7, "VH1": 4.4, "VH2": 87.5,
        "CLH1": 0.933 * MIN, "CLH2": 1.70 * MIN, "KA1": 0.04 * MIN, "KA2": 0.049 * MIN,
        "MTTG": 10.7 / MIN,
    },
    "perez-ruixo2020": {
        "Vc": 192, "Q1": 84.3, "Vp1": 143, "Q2": 37.6, "Vp2": 417, "Qh": 151, "Vh": 101,
        "kel": 1.11, "kmet": 2.77, "Vcn": 70, "CLn": 38, "Vpn": 115, "Q3": 26.1, "kaNose": 2.93,
        "kaSwallowed": 1.45, "kaOral": 0.97,
    },
    "noppers2011": {"V1": 17.0, "V2": 28.3, "V3": 147, "CL": 93.5, "Q2": 127, "Q3": 91.9},
    "herd2007": {"V1": 38.7, "V2": 102, "CL": 90, "Q2": 215},
    "clements1981": {
        "V1": 1.7522 * 70, "k10": 0.0109 * MIN, "k12": 0.0186 * MIN, "k21": 0.0137 * MIN,
    },
    "domino1982": {
        "V1": 0.063 * 70, "k10": 0.4381 * MIN, "k12": 0.5921 * MIN, "k13": 0.5900 * MIN,
        "k21": 0.2470 * MIN, "k31": 0.0146 * MIN,
    },
    "hijazi2003": {
        "V1": 1.08 * 70, "k10": 0.0333 * MIN, "k12": 0.0088 * MIN, "k21": 0.0030 * MIN,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", available())
def test_seventy_kg_gives_the_printed_values(name):
    assert model(name).typical(70.0) == pytest.approx(PRINTED[name], rel=1e-12)
