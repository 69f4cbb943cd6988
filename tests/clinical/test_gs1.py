"""The barcode of a box, as scanners type it."""

from datetime import date

import pytest

from reprieve.clinical import gs1
from reprieve.knowledge import BadValue

# Example codes after the GS1 General Specifications: the item with a right check digit.
GTIN = "00300000000001"


@pytest.mark.parametrize(
    "scanned",
    [
        f"01{GTIN}1727063010K-77\x1d21S9",
        f"]d201{GTIN}1727063010K-77\x1d21S9",
        f"\x1d01{GTIN}10K-77\x1d1727063021S9\r\n",
        f"(01){GTIN}(17)270630(10)K-77(21)S9",
    ],
)
def test_a_box_says_item_lot_expiry_and_serial(scanned: str) -> None:
    found = gs1.read(scanned)
    assert found == gs1.Package(
        gtin=GTIN, lot="K-77", serial="S9", expires_on=date(2027, 6, 30)
    )
    assert found.ndc10 == "0000000000"


def test_day_nought_is_the_last_of_the_month() -> None:
    assert gs1.read("1728020010A").expires_on == date(2028, 2, 29)


def test_a_case_has_the_code_of_its_boxes() -> None:
    assert gs1.read("0130312345678907").ndc10 == "1234567890"


def test_an_item_of_elsewhere_has_no_us_code() -> None:
    assert gs1.read("0105000000000005").ndc10 == ""


@pytest.mark.parametrize(
    ("scanned", "says"),
    [
        ("", "not the barcode"),
        ("hello", "not the barcode"),
        ("2712345", "not the barcode"),
        ("0100300000000007", "check digit"),
        ("(01)0030000000000A", "check digit"),
        ("010030", "cut short"),
        ("17271332", "impossible"),
        ("10" + "A" * 21, "type lot"),
        ("10", "type lot"),
        ("3012", "not the barcode"),
    ],
)
def test_what_cannot_be_read_is_said(scanned: str, says: str) -> None:
    with pytest.raises(BadValue, match=says):
        gs1.read(scanned)
