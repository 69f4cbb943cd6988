"""Sedation, recovery, sleep apnoea and delirium: tables and cases published by others (exact).

`SESSLER` Am J Respir Crit Care Med 2002;166:1338-44, as printed by Stanford Palliative Care.
`BMC` BMC Anesthesiol 2022, s12871-022-01788-1, table 2. `U94` u9401066/medical-calc-mcp (commit
0c4241d). `AWELL` awell-health/awell-score (commit a7365b4). `PADSS` the modified
Post-Anesthesia Discharge Scoring System of F. Chung, as printed by Same-Day Surgery (Relias) and
by mdicu.com. `FOUR_AT` the authors' cases and guide at the4at.com, and Clin Med (RCP), table 1.
`JANSSEN` Medical Information on esketamine, 17 April 2024: dissociated when the total is above 4.
`RODRIGUES` J Affect Disord 2021;282:160-164. The points of one answer are its place in the table.
"""

import pytest

from reprieve.clinical.instruments import instrument, score


def label(name: str, item: str, value: int) -> str:
    """Give our words for one answer, to be held against the published ones."""
    found = instrument(name).item(item)
    assert found is not None
    return next(o.label.lower() for o in found.options if o.value == value)


SESSLER = {
    4: "combative",
    3: "very agitated",
    2: "agitated",
    1: "restless",
    0: "alert and calm",
    -1: "drowsy",
    -2: "light",
    -3: "moderate",
    -4: "deep",
    -5: "cannot be roused",
}


@pytest.mark.parametrize(("value", "term"), SESSLER.items())
def test_rass(value: int, term: str) -> None:
    assert label("rass", "rass", value).startswith(term)
    assert score(instrument="rass", answers=[value]).total == value


BMC = {
    0: "does not respond to a painful",
    1: "responds only to a painful",
    2: "responds only to mild prodding",
    3: "answers only to name called loudly",
    4: "answers slowly",
    5: "answers readily",
}


@pytest.mark.parametrize(("value", "words"), BMC.items())
def test_moaa_s(value: int, words: str) -> None:
    assert label("moaa-s", "moaa-s", value).startswith(words)
    assert score(instrument="moaa-s", answers=[value]).total == value


# U94: activity, respiration, circulation, consciousness, oxygen saturation; 9 or more: discharge
@pytest.mark.parametrize(
    ("answers", "total"),
    [
        ([2, 2, 2, 2, 2], 10),
        ([2, 2, 2, 2, 1], 9),
        ([1, 2, 2, 1, 2], 8),
        ([0, 1, 1, 0, 1], 3),
        ([0, 0, 0, 0, 0], 0),
        ([2, 0, 2, 2, 0], 6),
        ([2, 2, 0, 2, 2], 8),
        ([1, 2, 2, 0, 2], 7),
        ([0, 2, 2, 2, 2], 8),
    ],
)
def test_modified_aldrete(answers: list[int], total: int) -> None:
    result = score(instrument="modified-aldrete", answers=answers)
    assert (result.total, result.band) == (total, "9 or more" if total >= 9 else "below 9")


PADSS = {
    ("vitals", 2): "within 20",
    ("vitals", 1): "20 to 40",
    ("vitals", 0): "more than 40",
    ("ambulation", 2): "steady gait",
    ("ambulation", 1): "needs help",
    ("ambulation", 0): "cannot walk",
    ("nausea", 1): "moderate",
    ("nausea", 0): "severe",
    ("pain", 1): "moderate",
    ("pain", 0): "severe",
    ("bleeding", 1): "moderate",
    ("bleeding", 0): "severe",
}


@pytest.mark.parametrize(("place", "words"), PADSS.items())
def test_padss_cell(place: tuple[str, int], words: str) -> None:
    item, points = place
    assert label("padss", item, points).startswith(words)
    items = ("vitals", "ambulation", "nausea", "pain", "bleeding")
    result = score(instrument="padss", answers=dict.fromkeys(items, 2) | {item: points})
    assert (result.total, result.band) == (8 + points, "9 or more" if points else "below 9")


# FOUR_AT: alertness 0 or 4, AMT4 0 to 2, attention 0 to 2, acute change 0 or 4
@pytest.mark.parametrize(
    ("answers", "total", "band"),
    [
        ([4, 2, 2, 4], 12, "possible delirium"),  # case 1 of the authors
        ([0, 2, 2, 0], 4, "possible delirium"),  # untestable twice, as the guide says
        ([0, 1, 1, 4], 6, "possible delirium"),
        ([0, 2, 1, 0], 3, "possible cognitive impairment"),
        ([0, 1, 0, 0], 1, "possible cognitive impairment"),
        ([0, 0, 0, 0], 0, "delirium unlikely"),
    ],
)
def test_4at(answers: list[int], total: int, band: str) -> None:
    result = score(instrument="4at", answers=answers)
    assert (result.total, result.band) == (total, band)


# snoring, tired, observed, pressure, BMI > 35, age > 50, neck > 40 cm, male
@pytest.mark.parametrize(
    ("answers", "total", "risk"),
    [
        ([1, 1, 1, 1, 1, 1, 1, 1], 8, "high"),  # AWELL and U94
        ([1, 1, 1, 1, 0, 0, 0, 0], 4, "intermediate"),
        ([0, 0, 0, 0, 0, 0, 0, 0], 0, "low"),
        ([1, 0, 1, 0, 1, 0, 1, 0], 4, "intermediate"),  # AWELL "random"
        ([1, 1, 0, 1, 0, 0, 0, 0], 3, "intermediate"),  # U94
        ([1, 1, 1, 1, 1, 0, 0, 0], 5, "high"),
        ([0, 0, 0, 0, 1, 1, 1, 1], 4, "intermediate"),
        ([1, 0, 0, 0, 0, 0, 0, 1], 2, "low"),  # AWELL's table of risk: 0 to 2
    ],
)
def test_stop_bang(answers: list[int], total: int, risk: str) -> None:
    result = score(instrument="stop-bang", answers=answers)
    assert (result.total, result.band) == (total, risk)


@pytest.mark.parametrize(
    ("total", "band"), [(0, "not dissociated"), (4, "not dissociated"), (5, "dissociated")]
)
def test_cadss(total: int, band: str) -> None:
    """JANSSEN: above 4 is dissociated; twenty-three items of 0 to 4."""
    answers = [int(n < total) for n in range(23)]
    result = score(instrument="cadss", answers=answers)
    assert (result.total, result.band) == (total, band)
    assert score(instrument="cadss", answers=[4] * 23).total == 92


def test_cadss_6_is_the_sum_of_the_published_items_of_the_whole_scale() -> None:
    whole = {f"q{n}": n % 5 for n in range(1, 24)}
    six = {f"q{n}": whole[f"q{n}"] for n in (1, 2, 6, 7, 15, 22)}
    assert score(instrument="cadss-6", answers=six).total == 1 + 2 + 1 + 2 + 0 + 2
    assert {i.id for i in instrument("cadss-6").items} == set(six)
