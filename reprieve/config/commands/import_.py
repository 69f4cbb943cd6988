"""`reprieve import`: bring people and past infusions in from a spreadsheet, whole or not at all."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reprieve.knowledge import BadValue
from reprieve.pathway.importing_tables import COLUMNS, EXAMPLE, KINDS, MEANS, NEEDED, ONCE

if TYPE_CHECKING:
    from reprieve.pathway.importing import Row

HELP = "bring patients, past infusions, scores and opening stock in from a CSV table"

DATES = {"iso": "%Y-%m-%d", "us": "%m/%d/%Y", "eu": "%d.%m.%Y"}
MOST_NAMED = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add the table, its kind, and what to do with it."""
    parser.add_argument("file", nargs="?", metavar="FILE.csv", help="the table")
    parser.add_argument("--kind", choices=KINDS, help="what the rows are")
    parser.add_argument("--by", metavar="E-MAIL", help="who answers for the stock")
    parser.add_argument("--dates", choices=sorted(DATES), default="iso", help="how days look")
    parser.add_argument("--dry-run", action="store_true", help="try it all and change nothing")
    parser.add_argument("--template", action="store_true", help="print an empty table of the kind")
    parser.add_argument("--undo", metavar="BATCH", help="take an import back")
    parser.add_argument("--clinic", metavar="ID", help="which clinic, where there are several")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """This function will import, rehearse, undo, or show the template."""
    if args.template:
        kind = _kind(args)
        return {
            "kind": kind, "columns": list(COLUMNS[kind]), "example": EXAMPLE[kind],
            "means": MEANS[kind],
        }  # fmt: skip
    if args.undo:
        return _undo(args)
    kind = _kind(args)
    if not args.file:
        raise BadValue("file", "name the table to import")
    actor, at = _actor(args)
    by = _by(args, actor.clinic) if kind == "stock" else None
    rows = _rows(Path(args.file), kind, DATES[args.dates])
    from reprieve.pathway import importing

    done = importing.bring_in(
        actor=actor, uid=uuid.uuid4(), at=at, rows=rows, rehearse=args.dry_run, by=by
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


def _by(args: argparse.Namespace, clinic: uuid.UUID) -> Any:
    """The person by whose hand controlled drugs enter: nobody unnamed, nobody of elsewhere."""
    from reprieve.pathway import people
    from reprieve.records.models import User

    if not args.by:
        raise BadValue("by", "say who answers for the stock: --by E-MAIL")
    user = User.objects.filter(username=args.by.strip().lower()).first()
    found = None if user is None else people.actor_of(user=user.pk)
    if found is None or found.clinic != clinic:
        raise BadValue("by", "nobody of this clinic signs in by this address")
    return found


def _rows(file: Path, kind: str, dates: str) -> list[tuple[int, Row]]:
    from reprieve.config import import_rows, table

    lines = table.read(file, columns=COLUMNS[kind], needed=NEEDED[kind])
    if not lines:
        raise BadValue("file", "has a heading and no rows")
    rows: list[tuple[int, Row]] = []
    wrong = list(_repeats(lines, kind))
    for n, cells in lines:
        try:
            rows.append((n, import_rows.make(kind, n, cells, dates)))
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
    seen: dict[tuple[str, ...], int] = {}
    for n, cells in lines:
        key = tuple(cells.get(name, "").upper() for name in ONCE[kind])
        if key[0] and key in seen:
            yield BadValue(f"row {n}, mrn", f"comes twice: first in row {seen[key]}")
        seen.setdefault(key, n)
