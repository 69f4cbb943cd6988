"""What a spreadsheet would run as a formula is written as text; numbers stay numbers."""

import pytest

from reprieve.records.export.write import FORMULA


@pytest.mark.parametrize(
    "text", ["=1+cmd|' /C calc'!A0", '=0+HYPERLINK("http://x")', "@SUM(1)", "+1+cmd", "-2+3+cmd"]
)
def test_a_formula_is_known(text: str) -> None:
    assert FORMULA.match(text)


@pytest.mark.parametrize("text", ["-5", "+1 (555) 010-0199", "-0.5", "5 mg", "plain"])
def test_a_number_is_not_one(text: str) -> None:
    assert not FORMULA.match(text)
