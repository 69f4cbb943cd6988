"""Measured levels as a table: one row each, checked before anything is fitted to them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from reprieve.knowledge import BadValue
from reprieve.pharmacology.model import Model
from reprieve.pharmacology.schedule import LONGEST_MIN, check_range
from reprieve.pharmacology.text import number

COLUMNS = ("time_min", "analyte", "ng_per_ml")
HIGHEST_NG_PER_ML = 100_000.0
MOST_LEVELS = 500
_YES = frozenset({"1", "true", "yes", "y", "t", "blq"})
_NO = frozenset({"0", "false", "no", "n", "f", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One measurement. When `blq`, `ng_per_ml` is the limit of quantification it lay below.

    `site` is where the blood was drawn, None when nobody says.
    """

    time_min: float
    analyte: str
    ng_per_ml: float
    blq: bool = False
    site: str | None = None

    def __post_init__(self) -> None:
        check_range("time_min", self.time_min, LONGEST_MIN)
        check_range("ng_per_ml", self.ng_per_ml, HIGHEST_NG_PER_ML)
        if self.ng_per_ml == 0:
            raise BadValue(
                "ng_per_ml", "0 is no level: mark it blq and give the limit of quantification"
            )


def parse(text: str, *, model: Model) -> tuple[Level, ...]:
    """Read a CSV table with the columns `time_min,analyte,ng_per_ml` and, if wanted, `blq,site`.

    A row without `site` is read as drawn where the model's levels are (`Level.site` is None then).
    Raises BadValue naming the column and the row for a missing time, an unknown analyte, a value
    that is no level, or a `site` other than the model's: venous and arterial levels never mix.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True))
    except csv.Error as error:
        raise BadValue("levels", f"not a table: {error}") from error
    rows = [_tidy(row) for row in rows]
    if not rows:
        raise BadValue("levels", "no level in the table")
    if len(rows) > MOST_LEVELS:
        raise BadValue("levels", f"more than {MOST_LEVELS} rows")
    for column in COLUMNS:
        if column not in rows[0]:
            raise BadValue(column, f"column is missing; needed: {', '.join(COLUMNS)}")
    return tuple(_level(row, line, model) for line, row in enumerate(rows, start=2))


def _tidy(row: Mapping[str | None, str | list[str] | None]) -> dict[str, str]:
    return {
        key.strip().lower(): value.strip()
        for key, value in row.items()
        if isinstance(key, str) and isinstance(value, str)
    }


def _level(row: Mapping[str, str], line: int, model: Model) -> Level:
    try:
        analyte = row.get("analyte", "").lower()
        if analyte not in model.analytes:
            known = ", ".join(model.analytes)
            raise BadValue("analyte", f"unknown {analyte[:40]!r}; {model.name} knows {known}")
        site = row.get("site", "").lower()
        if site and site != model.sampling_site:
            raise BadValue("site", f"{site[:40]!r}, but {model.name} is {model.sampling_site}")
        return Level(
            time_min=number("time_min", row.get("time_min", "")), analyte=analyte,
            ng_per_ml=number("ng_per_ml", row.get("ng_per_ml", "")), blq=_flag(row.get("blq", "")),
            site=site or None,
        )  # fmt: skip
    except BadValue as error:
        raise BadValue(error.field, f"line {line}: {error.reason}") from error


def _flag(text: str) -> bool:
    lower = text.lower()
    if lower not in _YES | _NO:
        raise BadValue("blq", f"{text[:40]!r} is neither true nor false")
    return lower in _YES
