from decimal import Decimal

import pytest

from reprieve.clinical.body import dosing_weights
from reprieve.knowledge import BadValue

D = Decimal


@pytest.mark.parametrize(
    ("weight_kg", "height_cm", "bmi", "ideal_kg", "choice"),
    [
        ("70", "175", "22.9", "67.3", False),
        ("97.2", "180", "30.0", "71.2", False),  # exactly 30
        ("98", "180", "30.2", "71.2", True),
    ],
)
def test_body_mass_and_ideal_weight(weight_kg, height_cm, bmi, ideal_kg, choice):
    found = dosing_weights(weight_kg=D(weight_kg), height_cm=D(height_cm))
    assert (found.bmi_kg_per_m2, found.ideal_kg) == (D(bmi), D(ideal_kg))
    assert found.choice_needed is choice
    assert not found.verified


@pytest.mark.parametrize(
    ("weight_kg", "height_cm", "field"),
    [(D(19), D(170), "weight_kg"), (D(70), D("1.75"), "height_cm"), (70, D(170), "weight_kg")],
)
def test_unusable_measures_are_named(weight_kg, height_cm, field):
    with pytest.raises(BadValue, match=field):
        dosing_weights(weight_kg=weight_kg, height_cm=height_cm)
