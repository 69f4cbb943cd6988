"""NEWS2 against the Royal College of Physicians' chart of 2017, cell by cell (exact)."""

from typing import Any

import pytest

from reprieve.clinical.instruments import score

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
