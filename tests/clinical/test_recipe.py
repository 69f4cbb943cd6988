from dataclasses import replace
from decimal import Decimal

import pytest

from reprieve.clinical.dosing import session_dose
from reprieve.clinical.findings import blocking
from reprieve.clinical.recipe import Vial, bag_recipe, vial_findings
from reprieve.clinical.regimens import regimen
from reprieve.knowledge import BadValue

D = Decimal
DOSE = session_dose(regimen=regimen("ketamine-0.5mgkg-40min-x6"), session_no=1, weight_kg=D(70))
LONG = session_dose(regimen=regimen("ketamine-0.35mgkgh-4h-x10"), session_no=1, weight_kg=D(70))
VIAL = Vial(strength_mg_per_ml=D(50), form="racemic")


def bag(dose=DOSE, vial=VIAL, **more):
    return bag_recipe(**({"dose": dose, "vial": vial, "bag_volume_ml": D(100)} | more))


def test_a_bag_for_thirty_five_milligrams():
    made = bag()
    assert made.final_mg_per_ml == D("0.5")
    assert (made.mg_in_bag, made.drug_volume_ml) == (50, 1)
    assert made.remove_ml == made.overfill_ml + 1 == 8
    assert [(s.start_min, s.end_min, s.ml_per_h) for s in made.steps] == [(0, 40, 105)]
    assert made.steps[0].rate_mg_per_h == D("52.5")
    assert (made.vtbi_ml, made.total_mg) == (70, 35)
    assert (made.left_ml, made.left_mg) == (30, 15)


@pytest.mark.parametrize(("strength", "volume"), [("10", "5"), ("50", "1"), ("100", "0.5")])
def test_another_strength_changes_the_volume_and_voids_the_label(strength, volume):
    made = bag(vial=replace(VIAL, strength_mg_per_ml=D(strength)))
    assert made.drug_volume_ml == D(volume)
    assert (made.mg_in_bag, made.total_mg) == (50, 35)
    assert (made.label == bag().label) is (strength == "50")


def test_the_concentration_rises_until_dose_and_priming_fit():
    assert bag(dose=LONG).final_mg_per_ml == 2
    assert bag(dose=LONG, bag_volume_ml=D(250)).final_mg_per_ml == D("0.5")
    assert bag(dose=LONG, priming_ml=D(2)).final_mg_per_ml == 1
    assert bag(final_mg_per_ml=D(1)).mg_in_bag == 100


def test_rates_are_rounded_down_to_the_pump_at_the_bags_concentration():
    dose = replace(DOSE, steps=(replace(DOSE.steps[0], rate_mg_per_h=D("52.57")),))
    made = bag(dose=dose)
    assert made.steps[0].ml_per_h == D("105.1")
    assert made.steps[0].rate_mg_per_h == D("52.55")
    assert made.total_mg <= dose.steps[0].rate_mg_per_h * 40 / 60


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"vial": replace(VIAL, form="esketamine")}, "vial_form: is esketamine, the dose is for"),
        ({"vial": replace(VIAL, form="arketamine")}, "vial_form: must be one of"),
        ({"vial": replace(VIAL, strength_mg_per_ml=D(20))}, "strength_mg_per_ml: must be one of"),
        ({"bag_volume_ml": D(5)}, "bag_volume_ml: must be within"),
        ({"bag_volume_ml": 100.0}, "bag_volume_ml: must be a finite Decimal"),
        ({"bag_volume_ml": D(80)}, "overfill_ml: is needed"),
        ({"bag_volume_ml": D(50), "dose": LONG}, "bag_volume_ml: 98.000 mg and the priming"),
        ({"overfill_ml": D(-1)}, "overfill_ml: must be within"),
        ({"priming_ml": D(201)}, "priming_ml: must be within"),
        ({"final_mg_per_ml": D(100)}, "final_mg_per_ml: must be diluted to at most 10 mg/mL"),
        ({"final_mg_per_ml": D("0.333")}, "bag_volume_ml: "),
    ],
)
def test_a_bag_that_cannot_be_made_is_refused(more, error):
    with pytest.raises(BadValue, match=error):
        bag(**more)


def test_no_overfill_is_a_volume_too():
    assert bag(overfill_ml=D(0), bag_volume_ml=D(90)).remove_ml == D("0.9")


def test_a_drug_volume_no_syringe_shows_is_refused():
    with pytest.raises(BadValue, match="cannot be drawn exactly"):
        bag(final_mg_per_ml=D("0.6123"))


def test_another_form_is_a_finding_nobody_overrides():
    assert vial_findings(vial=VIAL, order_form="racemic") == ()
    (found,) = vial_findings(vial=VIAL, order_form="esketamine")
    assert blocking([found]) == (found,)
    assert not found.overridable
    assert str(found.says) == "The vial holds racemic, the order says esketamine."
