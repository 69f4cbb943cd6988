"""Factors as the CDC guideline of 2022 prints them."""

from decimal import Decimal

import pytest

from reprieve.clinical.mme import OpioidDose, daily_mme, factor, least_rate
from reprieve.knowledge import BadValue

D = Decimal


@pytest.mark.parametrize(
    ("drug", "expected"),
    [
        ("codeine", "0.15"), ("fentanyl-patch", "2.4"), ("hydrocodone", "1"),
        ("hydromorphone", "5"), ("methadone", "4.7"), ("morphine", "1"), ("oxycodone", "1.5"),
        ("oxymorphone", "3"), ("tapentadol", "0.4"), ("tramadol", "0.2"),
    ],
)  # fmt: skip
def test_factor(drug, expected):
    assert factor(drug) == D(expected)


def dose(drug, amount):
    return OpioidDose(drug=drug, amount=D(amount))


def test_daily_dose_is_the_sum_of_dose_times_factor():
    found = daily_mme([dose("oxycodone", 20), dose("oxycodone", 10), dose("fentanyl-patch", 25)])
    assert found.mme_per_day == 105
    assert found.parts == {"oxycodone": 45, "fentanyl-patch": 60}
    assert found.flagged


@pytest.mark.parametrize(("mg", "flagged"), [("49.9", False), ("50", True)])
def test_flag_begins_at_fifty(mg, flagged):
    assert daily_mme([dose("morphine", mg)]).flagged is flagged


def test_buprenorphine_has_no_factor_and_stands_apart():
    found = daily_mme([dose("buprenorphine", 8), dose("tramadol", 100)])
    assert (found.mme_per_day, found.without_factor) == (20, ("buprenorphine",))
    assert daily_mme([]).mme_per_day == 0


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (dose("fentanyl", 1), "opioid: unknown 'fentanyl'; known: codeine, fentanyl-patch"),
        (dose("morphine", -1), "morphine: must be within"),
        (OpioidDose(drug="morphine", amount=1.5), "morphine: must be a finite Decimal"),
    ],
)
def test_unusable_doses_are_named(given, error):
    with pytest.raises(BadValue, match=error):
        daily_mme([given])


def test_a_patch_has_a_lowest_rate() -> None:
    assert least_rate("fentanyl-patch") == 12
    assert least_rate("morphine") is None
