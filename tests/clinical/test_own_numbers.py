"""Which numbers a clinic may set: every one of the rules is listed, and only tighter ones pass."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.clinical import guardrails, own_numbers, safety
from reprieve.clinical.dosing import PUMP_STEP_ML_PER_H
from reprieve.knowledge import BadValue


def test_every_number_of_every_rule_is_listed_once() -> None:
    every = {
        f"{entry.name}.{number}"
        for entry in safety.rules()
        for number in entry.numbers
        if number != "medicines"
    }
    data = own_numbers.file().data
    listed = [*data["down"], *data["up"], *data["fixed"]]
    assert sorted(listed) == sorted(every)
    assert data["source"]
    assert data["verified"] is False


@pytest.mark.parametrize("bound", own_numbers.bounds().values(), ids=lambda one: one.key)
def test_the_furthest_lies_on_the_tighter_side(bound: own_numbers.Bound) -> None:
    listed = own_numbers.file().data
    side = "up" if bound.key in listed["up"] else "down"
    assert (bound.furthest > bound.shipped) == (side == "up")
    assert bound.furthest != bound.shipped
    assert own_numbers.tightened(bound.rule, {bound.number: bound.furthest})
    assert own_numbers.tightened(bound.rule, {bound.number: bound.shipped}) == {}


@pytest.mark.parametrize(
    ("rule", "number", "value", "says"),
    [
        ("fasting-solids", "at_least_h", 5, "tightened"),
        ("fasting-solids", "at_least_h", 13, "further"),
        ("blood-pressure-stop", "sbp_from_mmhg", 181, "tightened"),
        ("blood-pressure-stop", "sbp_from_mmhg", 100, "further"),
        ("blood-pressure-stop", "sbp_from_mmhg", float("nan"), "tightened"),
        ("awake", "rass", 1, "cannot be changed"),
        ("shoe", "size", 1, "cannot be changed"),
    ],
)
def test_what_cannot_be_is_refused_by_its_number(
    rule: str, number: str, value: float, says: str
) -> None:
    with pytest.raises(BadValue, match=says) as refused:
        own_numbers.tightened(rule, {number: value})
    assert refused.value.field == number


def test_guard_rails_are_tightened_and_never_loosened() -> None:
    found = own_numbers.tightened_doses(
        {"session_mg": Decimal(150), "bolus_mg_per_kg": Decimal("0.35"),
         "bolus_over_min": Decimal(15)}
    )  # fmt: skip
    assert found == {"session_mg": Decimal(150), "bolus_over_min": Decimal(15)}
    for name, value, says in (
        ("session_mg", "201", "tightened"), ("session_mg", "19", "further"),
        ("bolus_over_min", "9", "tightened"), ("bolus_over_min", "61", "further"),
        ("session_mg", "NaN", "tightened"),
    ):  # fmt: skip
        with pytest.raises(BadValue, match=says) as refused:
            own_numbers.tightened_doses({name: Decimal(value)})
        assert refused.value.field == name
    guardrails.adjusted(guardrails.shipped(), changes=found)  # the engine takes them as they are


def test_numbers_of_the_house_have_bounds_and_a_looser_side() -> None:
    assert own_numbers.in_house("consent.valid_days", 400) is True
    assert own_numbers.in_house("consent.valid_days", 365) is False
    assert own_numbers.in_house("pump.step_ml_per_h", 1) is False
    for value in (0, 731, float("inf")):
        with pytest.raises(BadValue, match="safe here"):
            own_numbers.in_house("consent.valid_days", value)
    assert own_numbers.house()["pump.step_ml_per_h"].default == float(PUMP_STEP_ML_PER_H)
