"""Scoring: totals, what is missing, supplied totals, flags, and every refusal by name."""

from typing import Any

import pytest

from reprieve.clinical.instruments import score, score_document
from reprieve.knowledge import BadValue

PHQ9 = [1, 2, 1, 2, 1, 1, 0, 0, 1]


def phq(**changes: Any) -> dict[str, Any]:
    """Give the answers of one form by item id, with changes."""
    return {f"q{n}": value for n, value in enumerate(PHQ9, 1)} | changes


def flags_of(result: Any) -> list[tuple[str, str]]:
    return [(f.flag, f.item) for f in result.flags]


@pytest.mark.parametrize(
    "document",
    [
        {"answers": phq()},
        {"answers": PHQ9},
        PHQ9,
        {"answers": phq(), "total": 9, "instrument": "phq-9"},
        {"answers": phq(total=9)},
        {"answers": phq(difficulty=3)},
        {"answers": [float(a) for a in PHQ9]},
    ],
)
def test_every_shape_gives_the_same_total(document: Any) -> None:
    result = score_document(instrument="phq-9", document=document)
    assert (result.total, result.band, result.complete) == (9, "mild", True)
    assert flags_of(result) == [("suicide-risk", "q9")]


def test_a_result_prints_the_promised_keys_in_order() -> None:
    assert list(score(instrument="phq-9", answers=PHQ9).to_json()) == [
        "instrument",
        "version",
        "complete",
        "missing",
        "total",
        "subscales",
        "t_score",
        "se",
        "band",
        "flags",
    ]


def test_an_incomplete_form_has_no_total_but_still_raises_its_flag() -> None:
    result = score(instrument="phq-9", answers=[None, 3, 3, 3, 3, 3, 3, 3, 2])
    assert (result.total, result.band, result.complete) == (None, None, False)
    assert result.missing == ("q1",)
    assert flags_of(result) == [("suicide-risk", "q9")]


def test_an_unscored_item_is_never_missing_and_never_summed() -> None:
    assert score(instrument="phq-9", answers=phq(difficulty=None)).missing == ()


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"answers": phq(q3=4)}, "q3"),
        ({"answers": phq(q3=-1)}, "q3"),
        ({"answers": phq(q3=1.5)}, "q3"),
        ({"answers": phq(q3=True)}, "q3"),
        ({"answers": phq(q3="1")}, "q3"),
        ({"answers": phq(q3=[1])}, "q3"),
        ({"answers": phq(q3=None) | {"q3": {}}}, "q3"),
        ({"answers": phq(q3=float("nan"))}, "q3"),
        ({"answers": phq(q3=float("inf"))}, "q3"),
        ({"answers": phq(q3=10**400)}, "q3"),
        ({"answers": phq(q10=1)}, "q10"),
        ({"answers": phq(difficulty=4)}, "difficulty"),
        ({"answers": PHQ9[:-1]}, "answers"),
        ({"answers": [*PHQ9, 1]}, "answers"),
        ({"answers": "1,2,3"}, "answers"),
        ({"answers": phq(), "total": 10}, "total"),
        ({"answers": phq(), "total": 28}, "total"),
        ({"answers": phq(), "total": 9.5}, "total"),
        ({"answers": phq(), "total": True}, "total"),
        ({"answers": phq(total=9), "total": 8}, "total"),
        ({"answers": phq(q9=None), "total": 12}, "total"),
        ({"answers": phq(q9=None), "total": 7}, "total"),
        ({"total": 9}, "total"),
        ({"answers": phq(), "sum": 9}, "sum"),
        ({"answers": phq(), "a\nb": 9}, "'a\\nb'"),
        ({"answers": phq(), "sex": "m"}, "sex"),
        ({"answers": phq(), "instrument": "gad-7"}, "instrument"),
        ({}, "answers"),
        (7, "answers"),
    ],
)
def test_what_cannot_be_used_is_named(document: Any, field: str) -> None:
    with pytest.raises(BadValue) as refused:
        score_document(instrument="phq-9", document=document)
    assert refused.value.field == field
    assert "\n" not in str(refused.value)


def test_a_possible_total_on_an_incomplete_form_is_not_believed() -> None:
    result = score_document(instrument="phq-9", document={"answers": phq(q9=None), "total": 8})
    assert (result.total, result.complete) == (None, False)


def test_a_mean_may_be_supplied_rounded_to_one_decimal() -> None:
    assert score(instrument="peg", answers=[7, 7, 6], total=6.7).total == pytest.approx(20 / 3)
    with pytest.raises(BadValue, match="total"):
        score(instrument="peg", answers=[7, 7, 6], total=6.6)


def test_a_partial_mean_bounds_a_supplied_one() -> None:
    assert score(instrument="peg", answers=[9, None, None], total=3).total is None
    with pytest.raises(BadValue, match="total"):
        score(instrument="peg", answers=[9, None, None], total=2)


def test_an_unknown_instrument_is_named_with_the_known_ones() -> None:
    with pytest.raises(BadValue, match=r"unknown 'phq9'.*phq-9"):
        score(instrument="phq9", answers=[])


@pytest.mark.parametrize("value", ["maybe", "Yes", "", 2, -1, 0.5, [True]])
def test_yes_or_no_means_just_that(value: Any) -> None:
    with pytest.raises(BadValue, match="q1"):
        score(instrument="c-ssrs-screener", answers={"q1": value})


def test_a_chosen_word_must_be_one_of_the_item() -> None:
    with pytest.raises(BadValue, match="consciousness"):
        score(instrument="news2", answers={"consciousness": "X"})
