"""`reprieve import`: bring people and past infusions in from a spreadsheet, whole or not at all."""

from __future__ import annotations

import argparse
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reprieve.knowledge import BadValue

if TYPE_CHECKING:
    from reprieve.pathway.importing import Row

HELP = "bring patients and past infusions in from a CSV table"
KINDS = ("patients", "infusions")
COLUMNS = {
    "patients": (
        "given", "family", "birth_date", "phone", "email", "address", "mrn", "sex", "language",
    ),
    "infusions": ("mrn", "date", "start", "minutes", "dose_mg", "pain_before", "pain_after"),
}  # fmt: skip
NEEDED = {
    "patients": ("given", "family"),
    "infusions": ("mrn", "date", "start", "minutes", "dose_mg"),
}
EXAMPLE = {
    "patients": "Ida,Invented,1980-05-17,+12125550100,ida@example.org,,A-1,female,en",
    "infusions": "A-1,2026-03-03,09:30,40,35,7,3",
}
DATES = {"iso": "%Y-%m-%d", "us": "%m/%d/%Y", "eu": "%d.%m.%Y"}
# What a spreadsheet would run as a formula has no place in a name or a number.
FORMULA = re.compile(r"^[=+\-@\t\r](?!\d)")
MOST_NAMED = 20
SEXES = {"": "", "f": "female", "female": "female", "m": "male", "male": "male", "other": "other"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add the table, its kind, and what to do with it."""
    parser.add_argument("file", nargs="?", metavar="FILE.csv", help="the table")
    parser.add_argument("--kind", choices=KINDS, help="what the rows are")
    parser.add_argument("--dates", choices=sorted(DATES), default="iso", help="how days look")
    parser.add_argument("--dry-run", action="store_true", help="try it all and change nothing")
    parser.add_argument("--template", action="store_true", help="print an empty table of the kind")
    parser.add_argument("--undo", metavar="BATCH", help="take an import back")
    parser.add_argument("--clinic", metavar="ID", help="which clinic, where there are several")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """This function will import, rehearse, undo, or show the template."""
    if args.template:
        kind = _kind(args)
        return {"kind": kind, "columns": list(COLUMNS[kind]), "example": EXAMPLE[kind]}
    if args.undo:
        return _undo(args)
    kind = _kind(args)
    if not args.file:
        raise BadValue("file", "name the table to import")
    actor, at = _actor(args)
    rows = _rows(Path(args.file), kind, DATES[args.dates])
    from reprieve.pathway import importing

    done = importing.bring_in(
        actor=actor, uid=uuid.uuid4(), at=at, rows=rows, rehearse=args.dry_run
    )
    return {"kind": kind, "dry_run": args.dry_run, **done}


def text(answer: dict[str, Any]) -> str:
    """This function will say what was done."""
    if "columns" in answer:
        return f"{','.join(answer['columns'])}\n{answer['example']}"
    if "undone" in answer:
        return f"The import {answer['undone']} is undone: {answer['rows']} rows."
    if answer["dry_run"]:
        return f"{answer['rows']} rows can be imported. Nothing was changed."
    return f"{answer['rows']} rows imported. Undo with: reprieve import --undo {answer['batch']}"


def _kind(args: argparse.Namespace) -> str:
    if not args.kind:
        raise BadValue("kind", f"say what the rows are: --kind {' or '.join(KINDS)}")
    return str(args.kind)


def _undo(args: argparse.Namespace) -> dict[str, Any]:
    try:
        batch = uuid.UUID(args.undo)
    except ValueError as error:
        raise BadValue("undo", f"{args.undo!r} is not the number of an import") from error
    actor, at = _actor(args)
    from reprieve.pathway import importing
    from reprieve.pathway.errors import PathwayError

    try:
        done = importing.undo(actor=actor, uid=uuid.uuid4(), at=at, batch=batch)
    except PathwayError as error:
        raise BadValue("undo", str(error.message)) from error
    return {"undone": str(batch), "rows": done["rows"]}


def _actor(args: argparse.Namespace) -> tuple[Any, datetime]:
    from reprieve.config import boot
    from reprieve.config.migrate import require_files

    require_files()
    boot.start()
    from reprieve.config.migrate import require_database
    from reprieve.pathway import clock
    from reprieve.pathway.permissions import system
    from reprieve.records.queries import clinics

    require_database()
    found = [c for c in clinics.clinics() if not args.clinic or str(c.id) == args.clinic]
    if len(found) != 1:
        raise BadValue("clinic", "no clinic has this id" if not found else "say which: --clinic ID")
    return system(found[0].id, "import"), clock.now(found[0].id).astimezone(UTC)


def _rows(file: Path, kind: str, dates: str) -> list[tuple[int, Row]]:
    from reprieve.config import table

    lines = table.read(file, columns=COLUMNS[kind], needed=NEEDED[kind])
    if not lines:
        raise BadValue("file", "has a heading and no rows")
    make = {"patients": _patient, "infusions": _infusion}[kind]
    rows: list[tuple[int, Row]] = []
    wrong = list(_repeats(lines, kind))
    for n, cells in lines:
        try:
            rows.append((n, make(_Cells(n, cells, dates))))
        except BadValue as error:
            wrong.append(error)
    if wrong:
        raise _all(wrong)
    return rows


def _all(wrong: list[BadValue]) -> BadValue:
    """Name every row at once, in one line: a table is mended in one go."""
    first, *others = wrong
    shown = [first.reason, *(str(one) for one in others[: MOST_NAMED - 1])]
    left = len(wrong) - len(shown)
    return BadValue(first.field, "; ".join(shown) + (f"; and {left} more" if left else ""))


def _repeats(lines: list[tuple[int, dict[str, str]]], kind: str) -> Iterator[BadValue]:
    seen: dict[str, int] = {}
    for n, cells in lines:
        mrn = cells.get("mrn", "").upper()
        key = mrn if kind == "patients" else f"{mrn} {cells['date']} {cells['start']}"
        if mrn and key in seen:
            yield BadValue(f"row {n}, mrn", f"comes twice: first in row {seen[key]}")
        seen.setdefault(key, n)


class _Cells:
    """One line of the table; each reading names line and column when it fails."""

    def __init__(self, line: int, cells: dict[str, str], dates: str) -> None:
        self._line, self._cells, self._dates = line, cells, dates

    def text(self, column: str, *, needed: bool = False) -> str:
        value = self._cells.get(column, "")
        if needed and not value:
            raise self.wrong(column, "is needed")
        if FORMULA.match(value):
            raise self.wrong(column, "begins like a formula")
        return value

    def read(self, column: str, how: Callable[[str], Any], what: str) -> Any:
        value = self.text(column)
        if not value:
            return None
        try:
            return how(value)
        except (ValueError, InvalidOperation) as error:
            raise self.wrong(column, f"{value[:40]!r} is not {what}") from error

    def day(self, column: str) -> date | None:
        def how(value: str) -> date:
            return datetime.strptime(value, self._dates).date()  # noqa: DTZ007  # only a day

        example = date(2026, 3, 31).strftime(self._dates)
        found: date | None = self.read(column, how, f"a date like {example}")
        return found

    def between(self, column: str, low: int, high: int) -> int | None:
        found: int | None = self.read(column, int, "a whole number")
        if found is not None and not low <= found <= high:
            raise self.wrong(column, f"{found} is not between {low} and {high}")
        return found

    def wrong(self, column: str, reason: str) -> BadValue:
        return BadValue(f"row {self._line}, {column}", reason)


def _patient(cells: _Cells) -> Row:
    from reprieve.pathway.importing import PatientRow
    from reprieve.records.identity import Identity

    sex = SEXES.get(cells.text("sex").lower())
    if sex is None:
        raise cells.wrong("sex", "is none of female, male, other")
    identity = Identity(
        given=cells.text("given", needed=True), family=cells.text("family", needed=True),
        birth_date=cells.day("birth_date"), phone=cells.text("phone"), email=cells.text("email"),
        address=cells.text("address"), mrn=cells.text("mrn"), sex=sex,
    )  # fmt: skip
    return PatientRow(identity=identity, language=cells.text("language") or "en")


def _infusion(cells: _Cells) -> Row:
    from reprieve.pathway.importing import InfusionRow

    for column in NEEDED["infusions"]:
        cells.text(column, needed=True)
    day, minutes = cells.day("date"), cells.between("minutes", 1, 24 * 60)
    begins = cells.read("start", time.fromisoformat, "a time of day like 09:30")
    dose = cells.read("dose_mg", Decimal, "a number")
    if not (dose.is_finite() and 0 < dose <= 2000):
        raise cells.wrong("dose_mg", f"{dose} is not between 0 and 2000 mg")
    assert day is not None
    assert minutes is not None
    return InfusionRow(
        mrn=cells.text("mrn"), day=day, begins=begins.replace(tzinfo=None), minutes=minutes,
        dose_mg=dose, pain_before=cells.between("pain_before", 0, 10),
        pain_after=cells.between("pain_after", 0, 10),
    )  # fmt: skip
