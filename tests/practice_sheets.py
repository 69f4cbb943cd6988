"""Invented practices as the tables of an import, and how a test brings them in."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from reprieve.config import import_rows, table
from reprieve.pathway import importing
from reprieve.pathway.importing_tables import COLUMNS, NEEDED
from tests.house.stories import kept
from tests.world import World, new

REGIMEN = "ketamine-0.5mgkg-40min-x6"


def bring(world: World, folder: Path) -> None:
    """Bring a folder's tables into a clinic as the command does."""
    for kind in ("patients", "infusions", "scores"):
        lines = table.read(folder / f"{kind}.csv", columns=COLUMNS[kind], needed=NEEDED[kind])
        rows = [(n, import_rows.make(kind, n, cells, "%Y-%m-%d")) for n, cells in lines]
        importing.bring_in(actor=world["manager"], uid=new(), at=world.at, rows=rows)


def sheet(folder: Path, kind: str, rows: list[dict[str, Any]]) -> None:
    with (folder / f"{kind}.csv").open("w", newline="") as file:
        lines = csv.DictWriter(file, COLUMNS[kind], restval="")
        lines.writeheader()
        lines.writerows(rows)


def practice(folder: Path, *, size: int, seed: int = 1) -> None:
    """Invented patients of two conditions; half lose their relief, some answers are missing."""
    dice = Random(seed)
    people, given, scores = [], [], []
    for n in range(size):
        mrn = f"R-{n}"
        condition = "crps" if n % 2 else "fibromyalgia"
        people.append({"given": f"Nr{n}", "family": "Invented", "mrn": mrn,
                       "condition": "G90.511" if n % 2 else "M79.7"})  # fmt: skip
        for k in range(3):
            given.append({
                "mrn": mrn, "date": f"2025-06-{2 + 2 * k:02}", "start": "09:30", "minutes": 40,
                "dose_mg": 35, "regimen": REGIMEN, "condition": condition, "weight_kg": 70,
                "number": k + 1, "of": 3, "side_effects": "nausea:1" if k == n % 3 else "",
            })  # fmt: skip
        scores += [
            {"mrn": mrn, "date": f"2025-05-{d:02}", "measure": "average_pain", "value": 8}
            for d in range(24, 32)
        ]
        for d in range(1, 29):
            pain = 3 if d < 15 or n % 4 < 2 else 8
            if dice.random() < 0.9:
                scores.append({"mrn": mrn, "date": f"2025-07-{d:02}", "measure": "average_pain",
                               "value": pain, "moment": "evening"})  # fmt: skip
        scores += [
            {"mrn": mrn, "date": "2025-05-20", "measure": "peg", "value": "7.333333"},
            {"mrn": mrn, "date": "2025-05-20", "measure": "peg.pain", "value": 8},
            {"mrn": mrn, "date": "2025-07-20", "measure": "pgic", "value": 1 + n % 5},
            {"mrn": mrn, "date": "2025-05-20", "measure": "opioid_mme", "value": "60"},
            {"mrn": mrn, "date": "2025-06-20", "measure": "opioid_mme", "value": "45.5"},
        ]
    for kind, rows in (("patients", people), ("infusions", given), ("scores", scores)):
        sheet(folder, kind, rows)


@kept
def practised(world: World, *, size: int = 24) -> None:
    """Bring an invented practice in."""
    with TemporaryDirectory() as folder:
        practice(Path(folder), size=size)
        bring(world, Path(folder))
