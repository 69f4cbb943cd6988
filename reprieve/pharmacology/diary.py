"""The daily pain diary as a table, from paper, a phone or another program."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reprieve.knowledge import BadValue
from reprieve.pharmacology.text import number

HIGHEST_PAIN = 10.0
_FARTHEST_DAY = 2000
_MOST_ROWS = 5000
_PAIN = ("average_pain", "pain", "nrs", "average", "avg_pain", "mean_pain", "score")
_ISO_DATE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Average pain (0 to 10) of one day; day 0 is that of the first infusion."""

    day: int
    average_pain: float

    def __post_init__(self) -> None:
        if not 0 <= self.average_pain <= HIGHEST_PAIN:
            raise BadValue("average_pain", f"{self.average_pain:g} is not between 0 and 10")
        if abs(self.day) > _FARTHEST_DAY:
            raise BadValue("day", f"{self.day} is farther than {_FARTHEST_DAY} days away")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """The entries in order of days. `start` is day 0 where it was stated."""

    entries: tuple[Entry, ...]
    start: date | None


def parse(text: str, *, start: date | None = None) -> Diary:
    """Read a CSV table with a column `day` or `date` and a column `average_pain`.

    Days before the first infusion are negative. Dates need `start`, the day of the first infusion:
    a diary begins before it, and no date tells which one it was. Days without a score are left
    out; of two rows of one day the later counts. BadValue names the column and line.
    """
    try:
        rows = [_tidy(row) for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))]
    except csv.Error as error:
        raise BadValue("diary", f"not a table: {error}") from error
    if not rows or len(rows) > _MOST_ROWS:
        raise BadValue("diary", f"needs 1 to {_MOST_ROWS} rows, has {len(rows)}")
    pain = next((name for name in _PAIN if name in rows[0]), None)
    if pain is None:
        raise BadValue("average_pain", "column is missing")
    if "day" not in rows[0] and "date" not in rows[0]:
        raise BadValue("day", "column is missing; a date column serves as well")
    filled = [(line, row) for line, row in enumerate(rows, start=2) if row.get(pain)]
    if not filled:
        raise BadValue("average_pain", "no day has a score")
    if "day" in rows[0]:
        days = [_day(line, row) for line, row in filled]
    elif start is None:
        raise BadValue("start", "is missing: a diary with dates needs the first infusion's day")
    else:
        days = [(_date(line, row) - start).days for line, row in filled]
    by_day = {
        day: _entry(line, day, row[pain]) for day, (line, row) in zip(days, filled, strict=True)
    }
    return Diary(entries=tuple(by_day[day] for day in sorted(by_day)), start=start)


def _tidy(row: Mapping[str | None, str | list[str] | None]) -> dict[str, str]:
    return {
        key.strip().lower().replace(" ", "_"): value.strip()
        for key, value in row.items()
        if isinstance(key, str) and isinstance(value, str)
    }


def _entry(line: int, day: int, score: str) -> Entry:
    try:
        return Entry(day=day, average_pain=number("average_pain", score))
    except BadValue as error:
        raise BadValue(error.field, f"line {line}: {error.reason}") from error


def _day(line: int, row: Mapping[str, str]) -> int:
    found = number("day", row.get("day", ""))
    if not found.is_integer():
        raise BadValue("day", f"line {line}: {found} is not a whole day")
    return int(found)


def _date(line: int, row: Mapping[str, str]) -> date:
    text = row.get("date", "")
    try:
        return date.fromisoformat(text[:_ISO_DATE])
    except ValueError as error:
        raise BadValue("date", f"line {line}: {text[:40]!r} is not YYYY-MM-DD") from error
