"""A dose is never above what weight, regimen and pump allow, whatever the bag."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.clinical.dosing import session_dose
from reprieve.clinical.recipe import Vial, bag_recipe
from reprieve.clinical.regimens import regimens
from reprieve.knowledge import BadValue

REGIMENS = st.sampled_from(sorted(regimens().values(), key=lambda r: r.id))
WEIGHT = st.decimals("20", "350", places=2)


@settings(deadline=None)
@given(regimen=REGIMENS, weight_kg=WEIGHT, data=st.data())
def test_no_dose_is_above_its_ceilings(regimen, weight_kg, data):
    session_no = data.draw(st.integers(1, regimen.infusions))
    dose = session_dose(regimen=regimen, session_no=session_no, weight_kg=weight_kg)
    amount = regimen.amount_at(session_no) * (weight_kg if "/kg" in regimen.unit else 1)
    hours = Decimal(regimen.duration_min) / 60
    assert dose.total_mg <= amount * (hours if regimen.unit.endswith("/h") else 1)
    assert dose.total_mg <= regimen.ceiling_mg_per_session
    if regimen.ceiling_mg_per_h is not None:
        assert dose.steps[0].rate_mg_per_h <= regimen.ceiling_mg_per_h


@settings(deadline=None)
@given(
    regimen=REGIMENS,
    weight_kg=WEIGHT,
    strength=st.sampled_from(["10", "50", "100"]),
    bag_ml=st.sampled_from(["50", "100", "250"]),
)
def test_a_bag_never_gives_more_than_the_dose_and_conserves_the_drug(
    regimen, weight_kg, strength, bag_ml
):
    dose = session_dose(regimen=regimen, session_no=1, weight_kg=weight_kg)
    vial = Vial(strength_mg_per_ml=Decimal(strength), form="racemic")
    if dose.total_mg > 2 * (Decimal(bag_ml) - 15):
        with pytest.raises(BadValue, match="bag_volume_ml"):
            bag_recipe(dose=dose, vial=vial, bag_volume_ml=Decimal(bag_ml))
        return
    bag = bag_recipe(dose=dose, vial=vial, bag_volume_ml=Decimal(bag_ml))
    assert bag.total_mg <= dose.total_mg
    assert bag.steps[0].rate_mg_per_h <= dose.steps[0].rate_mg_per_h
    assert bag.mg_in_bag == bag.drug_volume_ml * vial.strength_mg_per_ml
    assert bag.mg_in_bag == bag.final_mg_per_ml * bag.bag_volume_ml
    assert bag.left_mg + bag.total_mg == bag.mg_in_bag
    assert bag.left_ml >= bag.priming_ml
    assert (bag.steps[0].ml_per_h * 10) % 1 == 0
