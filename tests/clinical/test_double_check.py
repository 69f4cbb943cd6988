from dataclasses import replace
from decimal import Decimal

import pytest

from reprieve.clinical.dosing import session_dose
from reprieve.clinical.double_check import Entered, double_check
from reprieve.clinical.findings import blocking
from reprieve.clinical.recipe import Vial, bag_recipe
from reprieve.clinical.regimens import regimen
from reprieve.knowledge import BadValue

D = Decimal
BAG = bag_recipe(
    dose=session_dose(regimen=regimen("ketamine-0.5mgkg-40min-x6"), session_no=1, weight_kg=D(70)),
    vial=Vial(strength_mg_per_ml=D(50), form="racemic"),
    bag_volume_ml=D(100),
)
RIGHT = Entered(final_mg_per_ml=D("0.50"), ml_per_h=D(105), vtbi_ml=D(70))


def test_equal_numbers_pass_however_they_are_written():
    assert double_check(recipe=BAG, entered=RIGHT) == ()


@pytest.mark.parametrize(
    ("wrong", "slip"),
    [
        ({"final_mg_per_ml": D(5)}, True),
        ({"ml_per_h": D("10.5")}, True),
        ({"ml_per_h": D(1050)}, True),
        ({"ml_per_h": D("105.1")}, False),
        ({"vtbi_ml": D("70.1")}, False),
    ],
)
def test_a_difference_stops_and_a_slip_of_ten_times_is_named(wrong, slip):
    (found,) = double_check(recipe=BAG, entered=replace(RIGHT, **wrong))
    assert blocking([found]) == (found,)
    assert ("ten times" in str(found.says)) is slip
    assert next(iter(wrong)) in str(found.says)


def test_all_differences_are_returned():
    wrong = Entered(final_mg_per_ml=D(1), ml_per_h=D(52), vtbi_ml=D(35))
    assert len(double_check(recipe=BAG, entered=wrong)) == 3


def test_an_unusable_number_is_named():
    with pytest.raises(BadValue, match="ml_per_h: must be a finite Decimal"):
        double_check(recipe=BAG, entered=replace(RIGHT, ml_per_h=105))
