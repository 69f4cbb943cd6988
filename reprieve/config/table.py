"""A table that somebody saved from a spreadsheet: text with its lines and columns named."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from reprieve.knowledge import BadValue

LARGEST = 20_000_000
MOST_ROWS = 100_000
LONGEST_CELL = 2_000
# Spreadsheets save in these; UTF-8 comes with or without its mark.
ENCODINGS = ("utf-8-sig", "cp1252")
SEPARATORS = ",;\t"
Line = tuple[int, dict[str, str]]


def read(file: Path, *, columns: Sequence[str], needed: Sequence[str]) -> list[Line]:
    """This function will read a table: its lines (the heading is line 1) by column name.

    The separator may be a comma, a semicolon or a tab. Empty lines are left out. Raises BadValue
    naming the file, the line or the column.
    """
    reader = csv.reader(io.StringIO(_text(file), newline=""), delimiter=_separator(file))
    try:
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise BadValue(f"row {reader.line_num}", f"cannot be read: {error}") from error
    if not rows or not any(rows[0]):
        raise BadValue("file", "is empty")
    heading = [name.lower().replace(" ", "_") for name in rows[0]]
    _check_heading(heading, columns, needed)
    lines = [(n, row) for n, row in enumerate(rows[1:], start=2) if any(row)]
    if len(lines) > MOST_ROWS:
        raise BadValue("file", f"has more than {MOST_ROWS} rows")
    return [(n, _cells(n, row, heading)) for n, row in lines]


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise BadValue("file", f"cannot be read: {error.strerror}") from error
    if len(raw) > LARGEST:
        raise BadValue("file", f"is larger than {LARGEST // 1_000_000} MB")
    if b"\x00" in raw:
        raise BadValue("file", "is not a text table: save the sheet as CSV")
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadValue("file", "is neither UTF-8 nor Windows-1252 text")


def _separator(file: Path) -> str:
    heading = _text(file).partition("\n")[0]
    return max(SEPARATORS, key=heading.count)


def _check_heading(heading: list[str], columns: Sequence[str], needed: Sequence[str]) -> None:
    for name in heading:
        if name not in columns:
            known = ", ".join(columns)
            raise BadValue("row 1", f"unknown column {name[:40]!r}; known: {known}")
    for name in needed:
        if name not in heading:
            raise BadValue("row 1", f"the column {name} is missing")
    twice = {name for name in heading if heading.count(name) > 1}
    if twice:
        raise BadValue("row 1", f"the column {min(twice)} comes twice")


def _cells(line: int, row: list[str], heading: list[str]) -> dict[str, str]:
    if len(row) > len(heading):
        raise BadValue(f"row {line}", f"has {len(row)} cells for {len(heading)} columns")
    for name, cell in zip(heading, row, strict=False):
        if len(cell) > LONGEST_CELL or not cell.replace("\n", " ").isprintable():
            raise BadValue(f"row {line}, {name}", "is too long or holds control characters")
    return dict(zip(heading, [*row, *[""] * (len(heading) - len(row))], strict=True))
