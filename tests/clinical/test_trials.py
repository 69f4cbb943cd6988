"""When a therapy was tried: a month or a year, and what it can have lasted at most."""

from __future__ import annotations

from datetime import date

import pytest

from reprieve.clinical import trials
from reprieve.knowledge import BadValue

TODAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("", None), ("  ", None), ("2023", "2023"), (" 2023-05 ", "2023-05"), ("2026-03", "2026-03")],
)
def test_a_month_a_year_or_nothing(text: str, kept: str | None) -> None:
    assert trials.month("tried_from", text, today=TODAY) == kept


@pytest.mark.parametrize(
    "text", ["2023-13", "2023-5", "05/2023", "1823", "2026-04", "2027", "2023-05-01", "May"]
)
def test_what_cannot_be_names_its_field(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        trials.month("tried_to", text, today=TODAY)
    assert refused.value.field == "tried_to"


@pytest.mark.parametrize(
    ("began", "ended", "fits"),
    [
        ("2023-05", "2023-05", True), ("2023", "2023-01", True), ("2023-05", "2023", True),
        (None, "2023", True), ("2023", None, True), ("2023-05", "2023-04", False),
        ("2024", "2023", False),
    ],
)  # fmt: skip
def test_the_end_is_not_before_the_beginning(
    began: str | None, ended: str | None, fits: bool
) -> None:
    if fits:
        trials.check_order(began, ended)
        return
    with pytest.raises(BadValue, match="before"):
        trials.check_order(began, ended)


@pytest.mark.parametrize(
    ("began", "ended", "days"),
    [("2023-02", "2023-02", 28), ("2024-02", "2024-02", 29), ("2023", "2023", 365),
     ("2023-12", "2024", 31 + 366)],
)  # fmt: skip
def test_it_lasted_at_most(began: str, ended: str, days: int) -> None:
    assert trials.most_weeks(began, ended) == days / 7


def test_without_both_nobody_knows() -> None:
    assert trials.most_weeks(None, "2023") is None
    assert trials.most_weeks("2023", None) is None
