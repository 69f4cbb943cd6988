"""Pain scales: worked answers and scoring rules published by others, against ours (exact).

`AWELL` is the tests of awell-health/awell-score (commits 061f89d and 70bece9). `EPPOC`
the scoring page of the Australian electronic Persistent Pain Outcomes Collaboration for the Brief
Pain Inventory. `NINDS` the Common Data Elements page F1775 of the US National Institute of
Neurological Disorders and Stroke; the points of each course of pain: PMC7136290, table 3 (2020).
`DN4_LEAFLET` Gloucestershire Hospitals NHS Foundation Trust, 2016. `SRALAB` the Rehabilitation
Measures Database, 2020. `FARRAR` Pain 2001;94:149-158. `JRD` J Rheum Dis, table 4 of 2016 criteria.
"""

from typing import Any

import pytest

from reprieve.clinical.instruments import instrument, score, score_document


# AWELL pcs: item 1 to 13 -> rumination, magnification, helplessness, total
@pytest.mark.parametrize(
    ("answers", "parts", "total"),
    [
        ([0] * 13, (0, 0, 0), 0),
        ([2] * 13, (8, 6, 12), 26),
        ([4] * 13, (16, 12, 24), 52),
        ([0, 1, 2, 3, 0, 0, 1, 4, 2, 1, 3, 0, 4], (10, 5, 6), 21),
    ],
)
def test_pcs(answers: list[int], parts: tuple[int, int, int], total: int) -> None:
    result = score(instrument="pcs", answers=answers)
    named = dict(zip(("rumination", "magnification", "helplessness"), parts, strict=True))
    assert (result.subscales, result.total) == (named, total)


# SRALAB says "above 30"; a score of 30 itself counts here, the safer of the readings in print
@pytest.mark.parametrize(("total", "band"), [(29, "below clinical"), (31, "clinical")])
def test_pcs_cut_off(total: int, band: str) -> None:
    assert score_document(instrument="pcs", document={"total": total}).band == band


# AWELL dn4: burning, cold, electric, tingling, needles, numb, itch, touch, prick, brush
@pytest.mark.parametrize(
    ("answers", "interview", "total"),
    [
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0, 0),
        ([1, 1, 1, 1, 1, 0, 0, 0, 0, 0], 5, 5),
        ([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 7, 10),
        ([0, 0, 1, 0, 0, 1, 0, 1, 1, 0], 2, 4),
    ],
)
def test_dn4(answers: list[int], interview: int, total: int) -> None:
    result = score(instrument="dn4", answers=answers)
    assert (result.subscales, result.total) == ({"interview": interview}, total)
    # DN4_LEAFLET: 4 or higher is likely neuropathic
    assert result.band == ("positive" if total >= 4 else "negative")


COURSES = {"slight changes": 0, "pain with attacks": -1, "attacks without": 1, "attacks between": 1}


@pytest.mark.parametrize(
    ("sensory", "course", "radiates", "total", "band"),
    [
        ([0] * 7, "pain with attacks", False, -1, "unlikely"),
        ([5] * 7, "attacks without", True, 38, "likely"),
        ([5, 5, 0, 0, 0, 0, 0], "slight changes", True, 12, "unlikely"),
        ([5, 5, 2, 0, 0, 0, 0], "attacks between", False, 13, "unclear"),
        ([3, 3, 3, 3, 2, 2, 0], "slight changes", True, 18, "unclear"),
        ([3, 3, 3, 3, 2, 2, 2], "pain with attacks", True, 19, "likely"),
    ],
)
def test_paindetect(
    sensory: list[int], course: str, radiates: bool, total: int, band: str
) -> None:
    answers = [*sensory, COURSES[course], 2 if radiates else 0]
    result = score(instrument="paindetect", answers=answers)
    assert (result.total, result.band) == (total, band)


BPI = ("activity", "mood", "walking", "work", "relations", "sleep", "enjoyment")


@pytest.mark.parametrize(
    ("pain", "answered", "severity", "interference", "band"),
    [
        ([4, 4, 4, 4], [1] * 7, 4.0, 1.0, "mild"),
        ([5, 5, 5, 5], [8, 6, 4, 2], 5.0, 5.0, "moderate"),
        ([9, 5, 6, 4], [10] * 7, 6.0, 10.0, "moderate"),
        ([10, 5, 7, 6], [8, 6, 4], 7.0, None, "severe"),
    ],
)
def test_bpi_sf(
    pain: list[int], answered: list[int], severity: float, interference: float | None, band: str
) -> None:
    """EPPOC: means of 4 and of 7, of which 4 are enough; 0-4 mild, 5-6 moderate, 7-10 severe."""
    worst = dict(zip(("worst", "least", "average", "now"), pain, strict=True))
    result = score(instrument="bpi-sf", answers=worst | dict(zip(BPI, answered, strict=False)))
    assert result.subscales == {"severity": severity, "interference": interference}
    assert result.band == band


# FARRAR: the seven points of the PGIC; its two best answers are a clinically important difference
PGIC = {
    1: "very much improved",
    2: "much improved",
    3: "minimally improved",
    4: "no change",
    5: "minimally worse",
    6: "much worse",
    7: "very much worse",
}


@pytest.mark.parametrize(("value", "says"), PGIC.items())
def test_pgic(value: int, says: str) -> None:
    options = {o.value: o.label.lower() for o in instrument("pgic").items[0].options}
    assert options[value] == says
    important = score(instrument="pgic", answers=[value]).band == "responder"
    assert important is (says in ("very much improved", "much improved"))


# JRD: five regions of areas, each one point; three symptoms 0 to 3, three more 0 or 1
SIDE = ("jaw", "shoulder", "upper-arm", "lower-arm")
LEGS = ("hip", "upper-leg", "lower-leg")
REGIONS: dict[str, tuple[str, ...]] = {
    "upper-left": tuple(f"{area}-left" for area in SIDE),
    "upper-right": tuple(f"{area}-right" for area in SIDE),
    "lower-left": tuple(f"{area}-left" for area in LEGS),
    "lower-right": tuple(f"{area}-right" for area in LEGS),
    "axial": ("neck", "upper-back", "lower-back", "chest", "abdomen"),
}
GRADED = ("fatigue", "waking-unrefreshed", "cognitive")
PRESENT = ("headache", "abdominal-pain", "depression")


@pytest.mark.parametrize(("region", "areas"), REGIONS.items())
def test_every_area_counts_once_in_its_region(region: str, areas: tuple[str, ...]) -> None:
    form = instrument("wpi-sss")
    assert {i.id for i in form.items if i.group == region} == set(areas)
    answers: dict[str, Any] = {i.id: int(i.id in areas) for i in form.items}
    result = score(instrument=form, answers=answers)
    assert result.subscales == {"wpi": len(areas), "sss": 0}


def test_wpi_and_sss_reach_their_published_limits() -> None:
    areas = [area for listed in REGIONS.values() for area in listed]
    most = dict.fromkeys(areas, 1) | dict.fromkeys(GRADED, 3) | dict.fromkeys(PRESENT, 1)
    result = score(instrument="wpi-sss", answers=most)
    assert (result.subscales, result.total) == ({"wpi": 19, "sss": 12}, 31)
    half = most | dict.fromkeys(areas[7:], 0) | dict.fromkeys(GRADED, 1) | {"depression": 0}
    assert score(instrument="wpi-sss", answers=half).subscales == {"wpi": 7, "sss": 5}
