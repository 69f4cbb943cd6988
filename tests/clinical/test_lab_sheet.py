"""Liver tests as the laboratory prints them, worked out as multiples of its own upper limit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.clinical import safety
from reprieve.clinical.lab_sheet import liver_tests, sheet, times_limit
from reprieve.clinical.safety.surveillance import liver_result
from reprieve.knowledge import BadValue


@pytest.mark.parametrize(
    ("test", "result", "limit", "unit", "times"),
    [
        ("alt", "35", "35", "U/L", "1.00"),
        ("alt", "120", "40", "U/L", "3.00"),
        ("alt", "119", "40", "U/L", "2.98"),
        ("ggt", "100", "60", "U/L", "1.67"),
        ("alp", "0", "120", "U/L", "0.00"),
        ("bilirubin", "2.4", "1.2", "mg/dL", "2.00"),
        ("bilirubin", "34", "21", "umol/L", "1.62"),
    ],
)
def test_the_multiple_is_never_rounded_down(
    test: str, result: str, limit: str, unit: str, times: str
) -> None:
    found = times_limit(test=test, result=Decimal(result), limit=Decimal(limit), unit=unit)
    assert found == Decimal(times)
    assert found * Decimal(limit) >= Decimal(result)


@pytest.mark.parametrize(
    ("test", "result", "limit", "unit", "field"),
    [
        ("alt", "120", None, "U/L", "alt_limit"),
        ("alt", None, "40", "U/L", "alt"),
        ("alt", "120", "0", "U/L", "alt_limit"),
        ("alt", "40", "120", "U/L", "alt_limit"),  # typed the wrong way round
        ("alt", "-1", "40", "U/L", "alt"),
        ("alt", "NaN", "40", "U/L", "alt"),
        ("alt", "40", "Infinity", "U/L", "alt_limit"),
        ("bilirubin", "17", "21", "mg/dL", "bilirubin_limit"),  # the other unit's limit
        ("bilirubin", "1", "1.2", "U/L", "bilirubin_unit"),
    ],
)
def test_what_no_sheet_shows_is_refused_by_name(
    test: str, result: str | None, limit: str | None, unit: str, field: str
) -> None:
    with pytest.raises(BadValue) as refused:
        times_limit(
            test=test, unit=unit,
            result=None if result is None else Decimal(result),
            limit=None if limit is None else Decimal(limit),
        )  # fmt: skip
    assert refused.value.field == field


def test_every_result_of_the_rule_is_on_the_sheet() -> None:
    facts = [test.fact for test in liver_tests().values()]
    assert tuple(facts) == liver_result.RESULTS
    assert set(facts) <= set(safety.catalogue())


def test_its_numbers_say_where_they_come_from() -> None:
    data = sheet().data
    assert data["source"]
    assert data["unit"]
    assert data["valid_from"]
    assert data["verified"] is False
