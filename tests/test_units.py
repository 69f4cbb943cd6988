"""Units: exact conversions, UCUM codes read as the code system has them, unknown ones refused."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.knowledge import BadValue
from reprieve.units import Quantity, convert, known, read, same_dimension


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("1", "mg", "ug", "1000"),
        ("0.35", "mg/kg/h", "ug/kg/min", "5.833333333333333333333333333"),
        ("6", "ug/kg/min", "mg/kg/h", "0.36"),
        ("154", "[lb_av]", "kg", "69.85322498"),
        ("70", "[in_i]", "cm", "177.8"),
        ("1", "[ft_i]", "cm", "30.48"),
        ("98.6", "[degF]", "Cel", "37"),
        ("36.6", "Cel", "[degF]", "97.88"),
        ("0", "Cel", "K", "273.15"),
        ("15.99864", "kPa", "mm[Hg]", "120"),
        ("120", "mm[Hg]", "kPa", "15.998640"),
        ("1", "mg/L", "ng/mL", "1000"),
        ("1", "ug/mL", "ng/mL", "1000"),
        ("50", "mg/mL", "g/L", "50"),
        ("40", "min", "h", "0.6666666666666666666666666667"),
        ("2", "wk", "d", "14"),
        ("60", "/min", "Hz", "1"),
        ("60", "{beats}/min", "/s", "1"),
        ("97", "%", "1", "0.97"),
        ("5", "{score}", "1", "5"),
        ("3", "10*3/uL", "10*9/L", "3"),
        ("1.2", "mL/min/kg", "L/h/kg", "0.072"),
        ("1", "cm[H2O]", "Pa", "98.0665"),
        ("2", "(mg/kg).kg", "mg", "2"),
        ("1", "mmol/L", "umol/mL", "1"),
        ("3", "", "1", "3"),
    ],
)
def test_conversions_are_exact(value, source, target, expected):
    assert convert(Decimal(value), source, target) == Decimal(expected)


def test_a_float_stays_a_float():
    found = convert(98.6, "[degF]", "Cel")
    assert isinstance(found, float)
    assert found == pytest.approx(37.0)


@pytest.mark.parametrize(
    "code",
    [
        "mmHg", "bpm", "MG", "mcg", "m/", "iU", "g/12h", "10+3/ul", "mg kg", "mg//kg", "/",
        ".", "(mg", "mg)", "()", "molv", "[BETH'U]", "kmin", "mg{", "0", "m99", "x" * 500,
        "µg", "mg/kg[H20]", "Cel/min", "dd",
    ],
)  # fmt: skip
def test_unknown_units_are_refused_by_name(code):
    assert not known(code)
    with pytest.raises(BadValue, match="dose: unknown unit"):
        read(code, field="dose")


@pytest.mark.parametrize(
    "code", ["mg/kg/h", "{a.b}", "m{x}2", "10^3", "1/min", "mm[Hg]", "%", "[iU]/L", "m[iU]", "dar"]
)
def test_reading_agrees_with_the_grammar(code):
    assert known(code) is (code not in {"m{x}2", "dar"})


def test_solidus_binds_from_left_to_right():
    assert read("mg/kg/h").factor == read("mg/(kg.h)").factor
    assert read("mg/kg.h").dimension == read("mg.h/kg").dimension


@pytest.mark.parametrize(("one", "other"), [("mg", "mL"), ("mol", "1"), ("[iU]", "mg"), ("K", "s")])
def test_different_things_are_never_converted(one, other):
    assert not same_dimension(one, other)
    with pytest.raises(BadValue, match="cannot be converted"):
        convert(Decimal(1), one, other)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity")])
def test_numbers_that_are_none_are_refused(value):
    with pytest.raises(BadValue, match="rate"):
        convert(value, "mg", "g", field="rate")


def test_quantities_multiply_and_divide_to_pump_rates():
    order, weight = Quantity(Decimal("0.35"), "mg/kg/h"), Quantity(Decimal(70), "kg")
    rate = (order * weight).to("mg/h")
    assert rate == Quantity(Decimal("24.5"), "mg/h")
    strength = Quantity(Decimal(2), "mg/mL")
    assert (rate / strength).to("mL/h").value == Decimal("12.25")


def test_quantities_refuse_what_is_not_an_amount():
    with pytest.raises(BadValue, match="value"):
        Quantity(Decimal("NaN"), "mg")
    with pytest.raises(BadValue, match="unknown unit"):
        Quantity(Decimal(1), "mcg")
    with pytest.raises(BadValue, match="division by 0"):
        Quantity(Decimal(1), "mg") / Quantity(Decimal(0), "mL")


@given(
    st.decimals(min_value="0.001", max_value=10**6, places=3),
    st.sampled_from([("mg", "kg"), ("ug/kg/min", "mg/kg/h"), ("mL/h", "L/d"), ("Cel", "[degF]")]),
)
def test_there_and_back_gives_the_same(value, pair):
    there = convert(value, *pair)
    back = convert(there, pair[1], pair[0])
    assert abs(Fraction(back) - Fraction(value)) < Fraction(1, 10**18)
