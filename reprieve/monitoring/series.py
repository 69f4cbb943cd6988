"""A stored series of vital signs: reading the CSV file, strictly, into readings."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reprieve.knowledge import BadValue
from reprieve.monitoring.vitals import Reading, flag_pairs, signals

TIME = "t"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)", re.ASCII
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Readings in order of time, and each moment as the file wrote it."""

    readings: tuple[Reading, ...]
    written: Mapping[int, str]


def read(raw: bytes) -> Series:
    """Read a series: a column `t` and one column for each signal, in any order.

    Empty cells are no reading. Rows may be unsorted or repeated. Raises BadValue naming the row
    (the header is row 1) and the column of an unknown column, a time without offset, or a value
    that is not a number.
    """
    rows = _rows(raw)
    columns = _columns(next(rows, (1, []))[1])
    readings: set[Reading] = set()
    written: dict[int, str] = {}
    for number, cells in rows:
        at_ms, text = _row_time(number, cells, columns)
        written[at_ms] = min(text, written.get(at_ms, text))
        readings.update(flag_pairs(_row_readings(number, cells, columns, at_ms)))
    return Series(readings=tuple(sorted(readings, key=_order)), written=written)


def moment_ms(text: str) -> int:
    """Return an ISO 8601 time with offset as ms since the epoch. Raises ValueError otherwise."""
    if not _MOMENT.fullmatch(text):
        raise ValueError("not an ISO 8601 time with offset or Z")
    moment = datetime.fromisoformat(text.replace(",", "."))
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _rows(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = raw.decode("utf-8-sig")
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            if any(cell.strip() for cell in cells):
                yield number, [cell.strip() for cell in cells]
    except UnicodeDecodeError as error:
        raise BadValue("series", f"not UTF-8 text (byte {error.start})") from error
    except csv.Error as error:
        raise BadValue("series", f"not a CSV file: {error}") from error


def _columns(header: Sequence[str]) -> Sequence[str]:
    if not header:
        raise BadValue("series", "the file is empty")
    known = (TIME, *signals())
    for name in header:
        if name not in known:
            raise BadValue("column", f"unknown {name!r}; known: {', '.join(known)}")
        if header.count(name) > 1:
            raise BadValue("column", f"{name} is there twice")
    if TIME not in header:
        raise BadValue("column", f"{TIME} (the time) is missing")
    return header


def _row_time(number: int, cells: Sequence[str], columns: Sequence[str]) -> tuple[int, str]:
    if len(cells) != len(columns):
        raise BadValue(f"row {number}", f"{len(cells)} cells under {len(columns)} columns")
    text = cells[columns.index(TIME)]
    try:
        return moment_ms(text), text.replace(" ", "T").replace(",", ".")
    except (ValueError, OverflowError) as error:
        raise BadValue(f"row {number} {TIME}", f"{text!r}: {error}") from error


def _row_readings(
    number: int, cells: Sequence[str], columns: Sequence[str], at_ms: int
) -> Iterator[Reading]:
    for name, cell in zip(columns, cells, strict=True):
        if name != TIME and cell:
            value = _value(cell, f"row {number} {name}")
            yield Reading(signal=name, value=value, at_ms=at_ms, recorded_ms=at_ms)


def _value(cell: str, where: str) -> float:
    value = float(cell) if _NUMBER.fullmatch(cell) else math.nan
    if not math.isfinite(value):
        raise BadValue(where, f"{cell!r} is not a number")
    return value


def _order(reading: Reading) -> tuple[int, str, float]:
    return reading.at_ms, reading.signal, reading.value
