"""Models as data: every file says unit, source and standing, and a broken file is refused."""

import numpy as np
import pytest

from reprieve.knowledge import BadValue, load, names, parse
from reprieve.pharmacology import available, model
from reprieve.pharmacology.model import PACKAGE, from_knowledge

EFFECTS = "reprieve.pharmacology.effects"
GOOD = """
title = "t"
form = "S"
sampling_site = "venous"
population = "p"
source = "s"
[valid]
weight_kg = [30.0, 200.0]
[parameters]
CL = { value = 60.0, unit = "L/h", omega2 = 0.04, source = "s", verified = true, assumed = false }
V1 = { value = 30.0, unit = "L", source = "s", verified = true, assumed = false }
[[flow]]
from = "central"
to = "out"
clearance = "CL"
volume = "V1"
[[output]]
analyte = "ketamine"
compartment = "central"
volume = "V1"
"""


@pytest.mark.parametrize("name", available())
def test_every_model_says_where_it_comes_from(name):
    data, chosen = load(PACKAGE, name).data, model(name)
    for key in ("title", "population", "source", "verified", "valid_from"):
        assert data[key] not in (None, "")
    assert chosen.form in {"racemic", "S"}
    assert chosen.sampling_site in {"arterial", "venous", "unknown"}
    assert chosen.weight_kg[0] < 70 <= chosen.weight_kg[1]
    assert (chosen.age_years is None) == ("age_assumed" not in data["valid"])
    assert bool(chosen.beyond()) == ("children" in chosen.population)
    for parameter in chosen.parameters.values():
        assert parameter.source
        assert isinstance(parameter.verified, bool)
        assert isinstance(parameter.assumed, bool)
        assert bool(parameter.omega_source) == (parameter.omega2 > 0)
    assert np.allclose(chosen.omega, chosen.omega.T)
    assert chosen.analytes[0] == "ketamine"


@pytest.mark.parametrize("name", names(EFFECTS))
def test_every_effect_says_where_it_comes_from(name):
    data = load(EFFECTS, name).data
    for key in ("title", "source", "verified", "valid_from", "notes"):
        assert data[key] not in (None, "")
    for section in (part for part in data.values() if isinstance(part, dict)):
        for value in section.values():
            assert value["unit"]
            assert isinstance(value["assumed"], bool)


def test_full_covariance_of_otto_is_kept():
    chosen = model("otto2021")
    pair = [chosen.random.index(n) for n in ("V1", "CL")]
    assert chosen.omega[tuple(pair)] == 0.02261


@pytest.mark.parametrize("weight", [29.9, 200.1, 0, -70, float("nan"), float("inf"), "70", None])
def test_weights_outside_the_range_are_refused(weight):
    with pytest.raises(BadValue, match="weight_kg"):
        model("kamp2020").typical(weight)


def test_weight_scales_by_its_exponent():
    typical, heavy = model("otto2021").typical(70), model("otto2021").typical(140)
    assert heavy["CL"] == pytest.approx(typical["CL"] * 2**0.75)
    assert heavy["V1"] == pytest.approx(typical["V1"] * 2)
    assert heavy["V2"] == typical["V2"]
    assert model("domino1982").typical(140)["V1"] == pytest.approx(0.063 * 140)


def test_a_good_file_is_read():
    assert from_knowledge(parse("good", GOOD.encode())).compartments == ("central",)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('title = "t"', "", "good"),
        ('clearance = "CL"', 'clearance = "CLX"', "unknown 'CLX'"),
        ('compartment = "central"', 'compartment = "brain"', "unknown part"),
        ('unit = "L/h"', 'unit = "mg"', "CL"),
        ('unit = "L/h"', 'unit = "litre"', "litre"),
        ("value = 60.0", "value = -60.0", "above 0"),
        ("value = 60.0", "value = nan", "CL|above 0"),
        ("[30.0, 200.0]", "[200.0, 30.0]", "range of validity"),
        ("[30.0, 200.0]", "[30.0, 200.0]\nage_years = [0.0, 9.0]", "range of validity"),
        ("[[output]]", '[[covariance]]\nbetween = ["CL", "V1"]\nvalue = 0.1\n[[output]]', "good"),
    ],
)
def test_a_broken_file_is_refused_by_name(old, new, named):
    with pytest.raises(BadValue, match=named):
        from_knowledge(parse("good", GOOD.replace(old, new, 1).encode()))


def test_a_variability_that_is_no_covariance_is_refused():
    broken = GOOD.replace(
        'V1 = { value = 30.0, unit = "L",', 'V1 = { value = 30.0, unit = "L", omega2 = 0.01,'
    ).replace("[[output]]", '[[covariance]]\nbetween = ["CL", "V1"]\nvalue = 0.5\n[[output]]')
    with pytest.raises(BadValue, match="covariance"):
        from_knowledge(parse("good", broken.encode()))


def test_unknown_models_are_refused_by_name():
    with pytest.raises(BadValue, match=r"model: unknown '\.\./x'"):
        model("../x")


def test_a_route_to_nowhere_is_refused():
    lost = '[[route.film]]\ncompartment = "brain"\nfraction = 1.0\nduration_min = 0.0\n[[output]]'
    with pytest.raises(BadValue, match="route leads"):
        from_knowledge(parse("good", GOOD.replace("[[output]]", lost).encode()))


@pytest.mark.parametrize("age", [17.9, 120.1, -1, float("nan"), "40"])
def test_ages_outside_the_range_are_refused(age):
    with pytest.raises(BadValue, match="age_years"):
        model("otto2021").check_age(age)


def test_ages_are_open_where_the_studies_mixed_them_and_never_absurd():
    assert model("kamp2020").check_age(8) == 8
    assert model("kamp2020").check_age(None) is None
    with pytest.raises(BadValue, match="0-120 years"):
        model("kamp2020").check_age(130)
