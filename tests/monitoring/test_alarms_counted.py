"""The `alarms` command against a plain count: exactly the plausible readings beyond.

The series are invented in the shape of a ward's: uneven times, gaps, zeros and words for nothing.
"""

from __future__ import annotations

import csv
import json
import operator
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reprieve.config.cli import call

# Usual value, spread, and the plausible range as the reference prints it.
COLUMNS: dict[str, tuple[float, float, float, float]] = {
    "heart_rate": (88, 16, 20, 300), "respiratory_rate": (19, 6, 1, 80), "spo2": (96, 3, 40, 100),
    "sbp": (121, 20, 40, 300), "dbp": (66, 14, 15, 200), "map": (80, 14, 20, 250),
    "temp_c": (36.9, 0.6, 25, 45), "etco2": (36, 5, 1, 120), "pulse_rate": (87, 16, 20, 300),
}  # fmt: skip
NOTHING = (0, "0.0", -999, -99.9, -100, -10000, -1, 8388607, 19, 500)
LIMITS = [
    ("spo2", "below", 94), ("spo2", "at_or_below", 92), ("heart_rate", "above", 100),
    ("heart_rate", "at_or_below", 70), ("respiratory_rate", "below", 12),
    ("respiratory_rate", "at_or_above", 24), ("sbp", "above", 140), ("sbp", "below", 100),
    ("dbp", "at_or_above", 80), ("map", "below", 70), ("temp_c", "above", 37.5),
    ("etco2", "at_or_above", 40), ("pulse_rate", "below", 60),
]  # fmt: skip
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "below": operator.lt, "at_or_below": operator.le, "above": operator.gt,
    "at_or_above": operator.ge,
}  # fmt: skip
LOOK = frozenset({"heart_rate", "spo2", "respiratory_rate"})
Cells = dict[str, str]


def invented(seed: int) -> Iterator[Cells]:
    """This function will invent a day and a half of one patient, a row each few minutes."""
    chance = random.Random(seed)
    at = datetime(2150, 3, 3, 23, 10, tzinfo=UTC)
    for _ in range(160):
        at += timedelta(minutes=chance.choice([1, 1, 4, 15, 15, 60, 300]))
        row = {"t": at.isoformat().replace("+00:00", "Z")}
        for name, (usual, spread, _low, _high) in COLUMNS.items():
            if chance.random() < 0.45:
                continue
            value = round(chance.gauss(usual, spread), 1)
            row[name] = str(chance.choice(NOTHING) if chance.random() < 0.07 else value)
        yield row


def plausible(row: Cells) -> dict[str, float]:
    """This function will leave out what is no measurement, without the product's own judgement."""
    found = {
        name: float(row[name])
        for name, (*_usual, low, high) in COLUMNS.items()
        if name in row and low <= float(row[name]) <= high
    }
    if found.get("sbp", 999) <= found.get("dbp", -999):
        found = {name: value for name, value in found.items() if name not in {"sbp", "dbp"}}
    return found


def replayed(
    rows: list[Cells], folder: Path, capsys: pytest.CaptureFixture[str]
) -> list[dict[str, Any]]:
    series, limits = folder / "series.csv", folder / "limits.toml"
    with series.open("w", newline="") as file:
        written = csv.DictWriter(file, ["t", *COLUMNS])
        written.writeheader()
        written.writerows(rows)
    limits.write_text("".join(
        f'[[limit]]\nsignal = "{signal}"\n{compare} = {at}\ndelay_s = 0\npriority = "high"\n'
        for signal, compare, at in LIMITS
    ))  # fmt: skip
    assert call(["alarms", str(series), "--limits", str(limits), "--json"]) == 0
    answer: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return answer


@pytest.mark.parametrize("seed", range(4))
def test_each_plausible_reading_beyond_lies_in_one_episode_and_no_other_does(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = list(invented(seed))
    found = replayed(rows, tmp_path, capsys)
    clinical = [e for e in found if e["kind"] == "clinical"]
    assert clinical
    for signal, compare, at in LIMITS:
        label = f"{compare.replace('_', ' ')} {at:g}"
        mine = [e for e in clinical if (e["signal"], e["limit"]) == (signal, label)]
        beyond = set()
        for row in rows:
            value = plausible(row).get(signal)
            if value is None:
                continue
            inside = [e for e in mine if e["start"] <= row["t"] <= e["end"]]
            is_beyond = COMPARE[compare](value, at)
            assert len(inside) == is_beyond, (signal, label, row["t"], value)
            beyond |= {row["t"]} if is_beyond else set()
        assert {e["start"] for e in mine} | {e["end"] for e in mine} <= beyond


@pytest.mark.parametrize("seed", range(4))
def test_a_zero_is_a_high_technical_alarm_at_once_and_nothing_else(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = list(invented(seed))
    technical = [e for e in replayed(rows, tmp_path, capsys) if e["kind"] == "technical"]
    high = [e for e in technical if e["priority"] == "high"]
    zeros = [(name, row["t"]) for row in rows for name in LOOK if float(row.get(name, 1)) == 0]
    assert zeros
    for name, at in zeros:
        mine = [e for e in high if e["signal"] == name and e["start"] <= at <= e["end"]]
        assert len(mine) == 1
    assert {(e["signal"], e["start"]) for e in high} <= set(zeros)
