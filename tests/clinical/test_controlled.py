"""Controlled drugs: how closely a sum must close, and by when a loss is told."""

from datetime import date
from decimal import Decimal

import pytest

from reprieve.clinical import controlled
from reprieve.knowledge import BadValue


@pytest.mark.parametrize(
    ("drug", "drawn_ug", "tolerance_ug"),
    [
        ("ketamine", 100_000, 5_000),
        ("ketamine", 40_000, 2_000),
        ("ketamine", 10_000, 2_000),
        ("midazolam", 5_000, 250),  # 2 mg would excuse half of a syringe
        ("lorazepam", 0, 0),
    ],
)
def test_the_tolerance_is_the_larger_of_a_share_and_a_floor(
    drug: str, drawn_ug: int, tolerance_ug: int
) -> None:
    assert controlled.tolerance_ug(name=drug, amount_ug=drawn_ug) == tolerance_ug


@pytest.mark.parametrize(
    ("wasted_ug", "difference_ug", "within"),
    [(60_000, 0, True), (55_000, 5_000, True), (54_999, 5_001, False), (65_001, -5_001, False)],
)
def test_a_sum_closes_within_its_tolerance(
    wasted_ug: int, difference_ug: int, within: bool
) -> None:
    found = controlled.closed(
        name="ketamine", drawn_ug=100_000, given_ug=40_000, wasted_ug=wasted_ug
    )
    assert (found.difference_ug, found.within) == (difference_ug, within)


@pytest.mark.parametrize(
    ("found_on", "notice"),
    [
        (date(2026, 3, 3), date(2026, 3, 4)),
        (date(2026, 3, 6), date(2026, 3, 9)),  # a Friday
        (date(2026, 3, 7), date(2026, 3, 9)),  # a Saturday
    ],
)
def test_a_loss_is_told_by_the_next_business_day(found_on: date, notice: date) -> None:
    assert controlled.notice_due(found_on) == notice


def test_a_loss_is_reported_in_full_within_45_days_and_stock_counted_in_two_years() -> None:
    assert controlled.form_due(date(2026, 1, 1)) == date(2026, 2, 15)
    assert controlled.inventory_due(date(2026, 1, 1)) == date(2028, 1, 1)


def test_a_vial_holds_at_most_a_tenth_more() -> None:
    assert controlled.overage_left_ug(labelled_ug=500_000, entered_ug=0) == 50_000
    assert controlled.overage_left_ug(labelled_ug=500_000, entered_ug=60_000) == 0


def test_a_vial_is_good_on_its_last_day() -> None:
    day = date(2026, 3, 3)
    assert controlled.refuse_expired(day, on=day) is None
    assert controlled.refuse_expired(day, on=date(2026, 3, 4)) is not None


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-1", "0", "0.0001"])
def test_an_amount_is_whole_micrograms(text: str) -> None:
    with pytest.raises(BadValue):
        controlled.whole(Decimal(text), field="volume")


def test_nought_may_be_measured() -> None:
    assert controlled.whole(Decimal("0.000"), field="bag", allow_nought=True) == 0
    assert controlled.whole(Decimal("12.345"), field="bag") == 12_345


@pytest.mark.parametrize(
    ("name", "form", "strength"), [("x", "", "1"), ("midazolam", "racemic", "1"),
                                   ("ketamine", "racemic", "5")],
)  # fmt: skip
def test_a_vial_that_does_not_exist(name: str, form: str, strength: str) -> None:
    with pytest.raises(BadValue):
        controlled.check_vial(name=name, form=form, strength_mg_per_ml=Decimal(strength))


def test_a_label_may_state_any_strength_of_a_rescue_drug() -> None:
    found = controlled.check_vial(name="lorazepam", form="", strength_mg_per_ml=Decimal(4))
    assert (found.schedule, found.colour) == ("IV", "orange")
