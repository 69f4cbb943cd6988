"""Doses by film, nose and mouth reach the compartments that the model names."""

import pytest

from reprieve.knowledge import BadValue
from reprieve.pharmacology import RouteDose, simulate


def test_doses_add_and_scale():
    times = [30, 60, 240]
    one = RouteDose(route="film", dose_mg=25, at_min=0)
    single = simulate(weight_kg=70, times_min=times, model_name="simons2022", doses=[one])
    double = simulate(weight_kg=70, times_min=times, model_name="simons2022", doses=[one, one])
    assert double.dose_mg == 50
    for analyte, levels in single.ng_per_ml.items():
        assert double.ng_per_ml[analyte] == pytest.approx(2 * levels)


def test_a_spray_is_absorbed_by_nose_and_gut():
    spray = RouteDose(route="first_spray", dose_mg=28, at_min=0)
    later = RouteDose(route="later_spray", dose_mg=28, at_min=0)
    first, second = (
        simulate(weight_kg=70, times_min=[30], model_name="perez-ruixo2020", doses=[dose])
        for dose in (spray, later)
    )
    assert first.ng_per_ml["ketamine"][0] > second.ng_per_ml["ketamine"][0] > 0


@pytest.mark.parametrize(
    ("model_name", "dose", "field"),
    [
        ("kamp2020", {"route": "film", "dose_mg": 5, "at_min": 0}, "route"),
        ("simons2022", {"route": "rectal", "dose_mg": 5, "at_min": 0}, "route"),
        ("simons2022", {"route": "film", "dose_mg": -5, "at_min": 0}, "dose_mg"),
        ("simons2022", {"route": "film", "dose_mg": 5, "at_min": -1}, "dose at_min"),
    ],
)
def test_doses_that_cannot_be_used_are_refused(model_name, dose, field):
    with pytest.raises(BadValue) as refused:
        simulate(weight_kg=70, times_min=[1], model_name=model_name, doses=[RouteDose(**dose)])
    assert refused.value.field == field
