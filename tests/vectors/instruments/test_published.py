"""Scores published by others, against ours.

Sources: `PROMIS` the adult pain interference 4a table of raw sum, T and standard error (tolerance
0.1, as printed); `NEWS2` the points of the Royal College of Physicians' 2017 chart, cell by cell;
`RESPONSES` worked FHIR examples of jmandel/ktc-questionnaire-starters, checked there against LOINC
2.82 (exact: sums of whole numbers, one mean).
"""

from typing import Any

import pytest

from reprieve.clinical.instruments import instrument, score, score_document

PROMIS = """4 41.6 6.1 | 5 49.6 2.5 | 6 52.0 2.0 | 7 53.9 1.9 | 8 55.6 1.9 | 9 57.1 1.9
| 10 58.5 1.8 | 11 59.9 1.8 | 12 61.2 1.8 | 13 62.5 1.8 | 14 63.8 1.8 | 15 65.2 1.8
| 16 66.6 1.8 | 17 68.0 1.8 | 18 69.7 1.9 | 19 71.6 2.1 | 20 75.6 3.6"""


def promis_rows() -> list[tuple[int, float, float]]:
    rows = [row.split() for row in PROMIS.split("|")]
    return [(int(raw), float(t), float(se)) for raw, t, se in rows]


@pytest.mark.parametrize(("raw", "t", "se"), promis_rows())
def test_promis_4a_every_raw_sum(raw: int, t: float, se: float) -> None:
    answers = [1 + min(max(raw - 4 - 4 * n, 0), 4) for n in range(4)]
    result = score(instrument="promis-pain-interference-4a", answers=answers)
    assert result.total == raw
    assert result.t_score == pytest.approx(t, abs=0.1)
    assert result.se == pytest.approx(se, abs=0.1)
    assert result.band == ("severe" if t >= 70 else "moderate" if t >= 60 else "below moderate")


def test_promis_4a_covers_every_possible_sum_and_no_other() -> None:
    table = instrument("promis-pain-interference-4a").t_scores
    assert sorted(table) == list(range(4, 21)) == [raw for raw, _, _ in promis_rows()]


@pytest.mark.parametrize("missing", range(4))
def test_promis_4a_incomplete_has_no_table_score(missing: int) -> None:
    answers = [3 if n != missing else None for n in range(4)]
    result = score(instrument="promis-pain-interference-4a", answers=answers)
    assert (result.total, result.t_score, result.se, result.band) == (None, None, None, None)
    assert len(result.missing) == 1


CALM: dict[str, Any] = {
    "respiratory-rate": 16,
    "spo2": 98,
    "oxygen": False,
    "sbp": 120,
    "pulse": 70,
    "consciousness": "A",
    "temperature": 37.0,
}
AIR_2 = {"spo2-scale": 2}
OXYGEN_2 = {"spo2-scale": 2, "oxygen": True}
NEWS2: list[tuple[str, list[tuple[Any, int]], dict[str, Any]]] = [
    (
        "respiratory-rate",
        [(8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3)],
        {},
    ),
    ("spo2", [(91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0), (100, 0)], {}),
    ("spo2", [(83, 3), (84, 2), (85, 2), (86, 1), (87, 1), (88, 0), (93, 0), (99, 0)], AIR_2),
    (
        "spo2",
        [(83, 3), (84, 2), (86, 1), (88, 0), (92, 0), (93, 1), (94, 1), (95, 2), (96, 2), (97, 3)],
        OXYGEN_2,
    ),
    ("oxygen", [(False, 0), (True, 2)], {}),
    ("sbp", [(90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3)], {}),
    (
        "pulse",
        [(40, 3), (41, 1), (50, 1), (51, 0), (90, 0), (91, 1), (110, 1), (111, 2), (130, 2)],
        {},
    ),
    ("pulse", [(131, 3)], {}),
    ("consciousness", [("A", 0), ("C", 3), ("V", 3), ("P", 3), ("U", 3)], {}),
    (
        "temperature",
        [(35.0, 3), (35.1, 1), (36.0, 1), (36.1, 0), (38.0, 0), (38.1, 1), (39.0, 1), (39.1, 2)],
        {},
    ),
    ("temperature", [(38.06, 1), (35.04, 3), (36, 1)], {}),
]


@pytest.mark.parametrize(
    ("item", "value", "points", "beside"),
    [(item, v, p, beside) for item, cells, beside in NEWS2 for v, p in cells],
)
def test_news2_cell(item: str, value: Any, points: int, beside: dict[str, Any]) -> None:
    oxygen = 2 if beside.get("oxygen") else 0
    result = score(instrument="news2", answers=CALM | beside | {item: value})
    assert result.total == points + oxygen
    assert [f.item for f in result.flags] == ([item] if points == 3 else [])


@pytest.mark.parametrize(
    ("changes", "total", "band"),
    [
        ({}, 0, "low"),
        ({"pulse": 111, "oxygen": True}, 4, "low"),
        ({"sbp": 90}, 3, "low-medium"),
        ({"pulse": 111, "oxygen": True, "sbp": 105}, 5, "medium"),
        ({"pulse": 131, "oxygen": True}, 5, "medium"),
        ({"pulse": 131, "oxygen": True, "sbp": 100}, 7, "high"),
    ],
)
def test_news2_bands(changes: dict[str, Any], total: int, band: str) -> None:
    result = score(instrument="news2", answers=CALM | changes)
    assert (result.total, result.band) == (total, band)


def test_news2_scale_2_without_a_word_on_oxygen_takes_the_stricter_reading() -> None:
    result = score(instrument="news2", answers=CALM | AIR_2 | {"oxygen": None})
    assert (result.total, [f.item for f in result.flags]) == (None, ["spo2"])


FREQUENCY = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
RESPONSES: list[tuple[str, str, list[str], dict[str, Any], float, str | None]] = [
    (
        "phq-9",
        "44250-9 44255-8 44259-0 44254-1 44251-7 44258-2 44252-5 44253-3 44260-8",
        [FREQUENCY[n] for n in (1, 2, 1, 2, 1, 1, 0, 0, 1)],
        {"linkId": "44261-6", "answer": [{"valueInteger": 9}]},
        9,
        "mild",
    ),
    (
        "gad-7",
        "69725-0 68509-9 69733-4 69734-2 69735-9 69689-8 69736-7",
        [FREQUENCY[n] for n in (2, 1, 2, 1, 0, 1, 0)],
        {"linkId": "70274-6", "answer": [{"valueInteger": 7}]},
        7,
        "mild",
    ),
    (
        "audit-c",
        "68518-0 68519-8 68520-6",
        ["LA18926-8", "LA15694-5", "LA6270-8"],
        {"linkId": "75626-2", "answer": [{"valueInteger": 1}]},
        1,
        "negative",
    ),
]


@pytest.mark.parametrize(("name", "links", "codes", "last", "total", "band"), RESPONSES)
def test_published_response(
    name: str, links: str, codes: list[str], last: dict[str, Any], total: float, band: str
) -> None:
    items = [
        {
            "linkId": link,
            "answer": [{"valueCoding": {"system": "http://loinc.org", "code": code}}],
        }
        for link, code in zip(links.split(), codes, strict=True)
    ]
    document = {"resourceType": "QuestionnaireResponse", "item": [*items, last]}
    result = score_document(instrument=name, document=document)
    assert (result.total, result.band, result.complete) == (total, band, True)


def test_published_peg() -> None:
    links = {"75893-8": 6, "91145-3": 7, "91146-1": 5, "91147-9": 6.0}
    items = [{"linkId": k, "answer": [{"valueDecimal": v}]} for k, v in links.items()]
    document = {"resourceType": "QuestionnaireResponse", "item": items}
    assert score_document(instrument="peg", document=document).total == 6.0
