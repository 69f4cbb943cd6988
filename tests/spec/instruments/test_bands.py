"""Bands, part scores and flags of every instrument, as small tables."""

from typing import Any

import pytest

from reprieve.clinical.instruments import instrument, score


def spread(total: int, items: int, most: int) -> list[int]:
    """Give answers of `items` items, none above `most`, that sum to `total`."""
    return [min(max(total - most * n, 0), most) for n in range(items)]


SUMS: list[tuple[str, int, int, dict[str, tuple[int, int]]]] = [
    ("nrs", 1, 10, {"none": (0, 0), "mild": (1, 3), "moderate": (4, 6), "severe": (7, 10)}),
    ("phq-2", 2, 3, {"negative": (0, 2), "positive": (3, 6)}),
    (
        "phq-9",
        9,
        3,
        {
            "minimal": (0, 4),
            "mild": (5, 9),
            "moderate": (10, 14),
            "moderately severe": (15, 19),
            "severe": (20, 27),
        },
    ),
    (
        "gad-7",
        7,
        3,
        {"minimal": (0, 4), "mild": (5, 9), "moderate": (10, 14), "severe": (15, 21)},
    ),
    ("orientation", 4, 1, {"hold discharge": (0, 3), "oriented": (4, 4)}),
    ("modified-aldrete", 5, 2, {"below 9": (0, 8), "9 or more": (9, 10)}),
    ("padss", 5, 2, {"below 9": (0, 8), "9 or more": (9, 10)}),
    ("pcs", 13, 4, {"below clinical": (0, 29), "clinical": (30, 52)}),
    ("dn4", 10, 1, {"negative": (0, 3), "positive": (4, 10)}),
    ("ort-oud", 9, 1, {"low": (0, 2), "high": (3, 9)}),
    ("stop-bang", 8, 1, {"low": (0, 2), "intermediate": (3, 4), "high": (5, 8)}),
    ("cadss", 23, 4, {"not dissociated": (0, 4), "dissociated": (5, 92)}),
]


@pytest.mark.parametrize(("name", "items", "most", "bands"), SUMS, ids=[s[0] for s in SUMS])
def test_each_total_has_its_band(
    name: str, items: int, most: int, bands: dict[str, tuple[int, int]]
) -> None:
    expected = {t: label for label, (a, b) in bands.items() for t in range(a, b + 1)}
    found = {
        total: (result.total, result.band)
        for total in range(items * most + 1)
        for result in [score(instrument=name, answers=spread(total, items, most))]
    }
    assert found == {total: (total, label) for total, label in expected.items()}


@pytest.mark.parametrize(
    ("answers", "sex", "band"),
    [
        ([0, 0, 0], None, "negative"),
        ([1, 1, 0], None, "negative"),
        ([1, 1, 1], "female", "positive"),
        ([1, 1, 1], "male", "negative"),
        ([1, 1, 1], None, None),
        ([1, 1, 1], "unknown", None),
        ([2, 1, 1], "male", "positive"),
        ([2, 1, 1], None, "positive"),
        ([2, None, 1], "male", None),
    ],
)
def test_audit_c_depends_on_sex(answers: list[Any], sex: str | None, band: str | None) -> None:
    assert score(instrument="audit-c", answers=answers, sex=sex).band == band


# q1, q2, q3, q4, q5, q6, within 3 months -> level, complete, what is missing, flags
C_SSRS: list[tuple[list[Any], str | None, list[str], list[str]]] = [
    ([0, 0, None, None, None, 0, None], "none", [], []),
    ([0, 0, 0, 0, 0, 0, 0], "none", [], []),
    ([False, False, None, None, None, False], "none", [], []),
    (["yes", "no", None, None, None, "no"], "low", [], ["q1"]),
    ([1, 1, 0, 0, 0, 0], "low", [], ["q1", "q2"]),
    ([0, 1, 1, 0, 0, 0], "moderate", [], ["q2", "q3"]),
    ([0, 0, None, None, None, 1, 0], "moderate", [], ["q6"]),
    ([0, 0, None, None, None, 1, 1], "high", [], ["q6", "q6-recent"]),
    ([0, 1, 0, 1, 0, 0], "high", [], ["q2", "q4"]),
    ([0, 1, 0, 0, 1, 0], "high", [], ["q2", "q5"]),
    ([1, 1, None, None, None, None], None, ["q3", "q4", "q5", "q6"], ["q1", "q2"]),
    ([0, 0, None, None, None, 1], None, ["q6-recent"], ["q6"]),
    ([0, None, None, None, None, 0], None, ["q2"], []),
    ([None, None, 1, None, None, None], None, ["q1", "q2", "q6"], ["q3"]),
    ([None, None, None, 1, None, None], "high", ["q1", "q2", "q6"], ["q4"]),
    ([0, 0, None, 1, None, 0], "high", [], ["q4"]),
    ([None] * 7, None, ["q1", "q2", "q6"], []),
]


@pytest.mark.parametrize(("answers", "level", "missing", "flagged"), C_SSRS)
def test_c_ssrs_levels_and_skips(
    answers: list[Any], level: str | None, missing: list[str], flagged: list[str]
) -> None:
    result = score(instrument="c-ssrs-screener", answers=answers)
    assert (result.band, list(result.missing)) == (level, missing)
    assert result.complete is not bool(missing)
    assert sorted(f.item for f in result.flags) == flagged
    assert result.total is None


@pytest.mark.parametrize(
    ("value", "band", "flag"),
    [
        (4, "agitated", "severe-agitation"),
        (3, "agitated", "severe-agitation"),
        (2, "agitated", "agitation"),
        (1, "restless", None),
        (0, "alert or drowsy", None),
        (-1, "alert or drowsy", None),
        (-2, "light sedation", None),
        (-3, "moderate sedation", "sedation"),
        (-4, "deep sedation", "over-sedation"),
        (-5, "deep sedation", "over-sedation"),
    ],
)
def test_rass(value: int, band: str, flag: str | None) -> None:
    result = score(instrument="rass", answers=[value])
    assert (result.total, result.band) == (value, band)
    assert [f.flag for f in result.flags] == ([flag] if flag else [])


@pytest.mark.parametrize(
    ("value", "band", "flags"),
    [
        (5, "responsive", []),
        (4, "responsive", []),
        (3, "sedated", ["sedation"]),
        (2, "over-sedated", ["over-sedation"]),
        (1, "emergency", ["emergency"]),
        (0, "emergency", ["emergency"]),
    ],
)
def test_moaa_s(value: int, band: str, flags: list[str]) -> None:
    result = score(instrument="moaa-s", answers=[value])
    assert (result.total, result.band, [f.flag for f in result.flags]) == (value, band, flags)


@pytest.mark.parametrize(
    ("value", "band"),
    [(1, "responder"), (2, "responder"), (3, "no important change"), (5, "worse"), (7, "worse")],
)
def test_pgic(value: int, band: str) -> None:
    assert score(instrument="pgic", answers=[value]).band == band


@pytest.mark.parametrize(
    ("answers", "total", "band"),
    [
        ([0, 0, 0, 0], 0, "delirium unlikely"),
        ([0, 1, 2, 0], 3, "possible cognitive impairment"),
        ([4, 0, 0, 0], 4, "possible delirium"),
        ([4, 2, 2, 4], 12, "possible delirium"),
    ],
)
def test_4at(answers: list[int], total: int, band: str) -> None:
    result = score(instrument="4at", answers=answers)
    assert (result.total, result.band) == (total, band)


def test_a_no_to_dast_item_3_counts() -> None:
    assert score(instrument="dast-10", answers=[0] * 10).total == 1
    assert score(instrument="dast-10", answers=[0, 0, 1, 0, 0, 0, 0, 0, 0, 0]).band == "none"
    assert score(instrument="dast-10", answers=[1, 1, 0, 1, 1, 1, 1, 1, 1, 1]).band == "severe"


@pytest.mark.parametrize(
    ("sensory", "pattern", "radiating", "total", "band"),
    [
        (0, -1, 0, -1, "unlikely"),
        (12, 0, 0, 12, "unlikely"),
        (13, 0, 0, 13, "unclear"),
        (18, -1, 2, 19, "likely"),
        (35, 1, 2, 38, "likely"),
    ],
)
def test_paindetect(sensory: int, pattern: int, radiating: int, total: int, band: str) -> None:
    answers = [*spread(sensory, 7, 5), pattern, radiating]
    result = score(instrument="paindetect", answers=answers)
    assert (result.total, result.band) == (total, band)


def test_cadss_6_keeps_the_item_numbers_of_the_whole_scale() -> None:
    form = instrument("cadss-6")
    assert [i.id for i in form.items] == ["q1", "q2", "q6", "q7", "q15", "q22"]
    assert score(instrument=form, answers=[4] * 6).total == 24


def test_bpi_interference_needs_four_of_seven() -> None:
    four = {"activity": 8, "mood": 6, "walking": 4, "work": 2}
    severity = {"worst": 8, "least": 2, "average": 6, "now": 5}
    result = score(instrument="bpi-sf", answers=severity | four)
    assert result.subscales == {"severity": 5.25, "interference": 5.0}
    assert (result.total, result.complete, result.band) == (None, False, "moderate")
    del four["work"]
    assert score(instrument="bpi-sf", answers=four).subscales["interference"] is None


def test_pcs_parts() -> None:
    result = score(instrument="pcs", answers=[1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 1, 2])
    assert result.subscales == {"rumination": 12, "magnification": 6, "helplessness": 6}
    assert result.total == 24


def test_dn4_interview_stands_alone() -> None:
    result = score(instrument="dn4", answers=[1, 1, 1, 0, 0, 0, 0, None, None, None])
    assert (result.total, result.subscales) == (None, {"interview": 3})


def test_wpi_and_sss_are_given_when_whole() -> None:
    areas = [1] * 7 + [0] * 12
    result = score(instrument="wpi-sss", answers=[*areas, 3, 2, 1, 1, 0, 1])
    assert (result.total, result.subscales) == (15, {"wpi": 7, "sss": 8})
    half = score(instrument="wpi-sss", answers=[*areas, 3, None, 1, 1, 0, 1])
    assert (half.total, half.subscales) == (None, {"wpi": 7, "sss": None})
    assert half.missing == ("waking-unrefreshed",)


def test_promis_29_takes_t_scores_as_they_are() -> None:
    result = score(instrument="promis-29", answers=[40.3, 55, 52.1, 61.5, 58, 44.2, 63.8, 7])
    assert (result.total, result.t_score, result.complete) == (None, None, True)
    assert result.subscales["pain-interference"] == 63.8
