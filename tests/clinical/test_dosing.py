from decimal import Decimal

import pytest

from reprieve.clinical.dosing import deliverable_mg_per_h, session_dose, total_mg
from reprieve.clinical.regimens import regimen
from reprieve.knowledge import BadValue

D = Decimal
BOLD = "ketamine-0.5mgkg-40min-x6"
FLAT = "ketamine-80mg-2h-x6"
SLOW = "ketamine-0.35mgkgh-4h-x10"
STEP = "ketamine-0.2-0.6mgkgh-4h-x3"


@pytest.mark.parametrize(
    ("name", "session_no", "weight_kg", "rate", "total", "capped"),
    [
        (BOLD, 1, "70", "52.5", "35", ()),
        (BOLD, 6, "71", "53.2", "35.466", ()),  # 53.25 mg/h rounds down
        (BOLD, 1, "250", "150", "100", ("mg_per_session",)),
        (FLAT, 1, "50", "40", "80", ()),
        (FLAT, 1, "120", "40", "80", ()),
        (SLOW, 1, "70", "24.5", "98", ()),
        (SLOW, 10, "71.4", "24.9", "99.6", ()),
        (SLOW, 1, "72", "25", "100", ("mg_per_session", "mg_per_h")),
        (STEP, 1, "60", "12", "48", ()),
        (STEP, 3, "60", "36", "144", ()),
    ],
)
def test_dose_of_a_session(name, session_no, weight_kg, rate, total, capped):
    dose = session_dose(regimen=regimen(name), session_no=session_no, weight_kg=D(weight_kg))
    assert [step.rate_mg_per_h for step in dose.steps] == [D(rate)]
    assert dose.steps[-1].end_min == dose.duration_min
    assert dose.total_mg == D(total)
    assert dose.capped == capped
    assert dose.mg_per_kg >= dose.total_mg / dose.weight_kg
    assert dose.knowledge_version


def test_the_pump_and_the_bag_decide_the_last_digit():
    dose = session_dose(
        regimen=regimen(BOLD), session_no=1, weight_kg=D("71"),
        concentration_mg_per_ml=D(2), pump_step_ml_per_h=D(1),
    )  # fmt: skip
    assert dose.steps[0].rate_mg_per_h == 52


def test_rates_are_rounded_down_never_up():
    assert deliverable_mg_per_h(D("24.99"), concentration_mg_per_ml=D(1)) == D("24.9")
    assert deliverable_mg_per_h(D("24.9"), concentration_mg_per_ml=D(1)) == D("24.9")
    assert total_mg(D("53.2"), minutes=40) == D("35.466")
    with pytest.raises(BadValue, match=r"rate_mg_per_h: 0\.05 is less than the pump delivers"):
        deliverable_mg_per_h(D("0.05"), concentration_mg_per_ml=D(1))


@pytest.mark.parametrize(
    ("weight_kg", "error"),
    [
        (70, "must be a finite Decimal"),
        (70.0, "must be a finite Decimal"),
        ("70", "must be a finite Decimal"),
        (D("NaN"), "must be a finite Decimal"),
        (D("Infinity"), "must be a finite Decimal"),
        (D("19.9"), "must be within 20 to 350"),
        (D("351"), "must be within 20 to 350"),
        (D("-70"), "must be within 20 to 350"),
        (D("0"), "must be within 20 to 350"),
    ],
)
def test_an_unusable_weight_is_refused(weight_kg, error):
    with pytest.raises(BadValue, match=f"weight_kg: {error}"):
        session_dose(regimen=regimen(BOLD), session_no=1, weight_kg=weight_kg)


@pytest.mark.parametrize("name", ["concentration_mg_per_ml", "pump_step_ml_per_h"])
def test_an_unusable_bag_or_pump_is_refused(name):
    with pytest.raises(BadValue, match=f"{name}: must be within"):
        session_dose(regimen=regimen(BOLD), session_no=1, weight_kg=D(70), **{name: D(0)})
