"""Scores typed in from paper, where the clinic holds no wording."""

from typing import Any

import pytest

from reprieve.clinical.instruments import instrument, instruments, score_document
from reprieve.knowledge import BadValue

ENTRY = [name for name in instruments() if instrument(name).enter_total]


def test_only_instruments_without_wording_take_a_bare_score() -> None:
    assert all(instrument(name).store == "score" for name in ENTRY)
    assert "pcs" in ENTRY


@pytest.mark.parametrize(
    ("name", "document", "total", "band"),
    [
        ("pcs", {"total": 31}, 31, "clinical"),
        ("pcs", {"answers": {"total": 29}}, 29, "below clinical"),
        ("pcs", {"answers": [None] * 13, "total": 31.0}, 31, "clinical"),
        ("dast-10", {"total": 6}, 6, "substantial"),
        ("promis-pain-interference-4a", {"total": 17}, 17, "moderate"),
    ],
)
def test_a_bare_total_is_scored(name: str, document: Any, total: int, band: str) -> None:
    result = score_document(instrument=name, document=document)
    assert (result.total, result.band, result.complete) == (total, band, True)


def test_part_scores_are_entered_where_there_is_no_total() -> None:
    entered = score_document(instrument="bpi-sf", document={"answers": {"severity": 7.25}})
    assert (entered.subscales["severity"], entered.band) == (7.25, "severe")
    assert (entered.complete, entered.missing) == (False, ("interference",))


@pytest.mark.parametrize(
    ("name", "document", "field"),
    [
        ("pcs", {"total": 53}, "total"),
        ("pcs", {"total": 3.5}, "total"),
        ("bpi-sf", {"total": 5}, "total"),
        ("bpi-sf", {"answers": {"severity": 11}}, "severity"),
        ("pcs", {"answers": {"q1": 4, "rumination": 17}}, "rumination"),
        ("pcs", {"answers": [4] * 13, "total": 51}, "total"),
        ("gad-7", {"total": 7}, "total"),
        ("c-ssrs-screener", {"total": 1}, "total"),
    ],
)
def test_an_impossible_score_is_refused(name: str, document: Any, field: str) -> None:
    with pytest.raises(BadValue) as refused:
        score_document(instrument=name, document=document)
    assert refused.value.field == field
