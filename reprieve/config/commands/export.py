"""`reprieve export`: all that the clinic owns as files, or a de-identified set for research."""

from __future__ import annotations

import argparse
import secrets
import uuid
from datetime import UTC
from pathlib import Path
from typing import Any

from reprieve.knowledge import BadValue

HELP = "write all that the clinic owns as CSV and Parquet with a dictionary"
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add the folder, the clinic, and what a research set leaves out."""
    parser.add_argument("folder", metavar="DIR", help="a new folder")
    parser.add_argument(
        "--research", action="store_true", help="only a set that tells of nobody who they are"
    )
    parser.add_argument(
        "--without", action="append", default=[], metavar="COLUMN",
        help="leave condition, regimen or events out of a research set",
    )  # fmt: skip
    parser.add_argument("--clinic", metavar="ID", help="which clinic, where there are several")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """This function will export. BadValue says what is wrong; then no folder is left."""
    from reprieve.config.migrate import require_database
    from reprieve.pathway import clock, exporting
    from reprieve.pathway.permissions import system
    from reprieve.records.export.write import has_parquet
    from reprieve.records.queries import clinics

    require_database()
    found = [c for c in clinics.clinics() if not args.clinic or str(c.id) == args.clinic]
    if len(found) != 1:
        raise BadValue("clinic", "no clinic has this id" if not found else "say which: --clinic ID")
    clinic, folder = found[0].id, Path(args.folder).absolute()
    act: dict[str, Any] = {
        "actor": system(clinic, "export"), "uid": uuid.uuid4(), "folder": folder,
        "at": clock.now(clinic).astimezone(UTC),
    }  # fmt: skip
    if args.research:
        rows = exporting.research(
            **act, without=frozenset(args.without), chance=secrets.randbelow
        )
    elif args.without:
        raise BadValue("without", "belongs to --research")
    else:
        rows = exporting.everything(**act)
    return {"folder": str(folder), "research": args.research, "parquet": has_parquet(),
            "rows": rows}  # fmt: skip


def text(answer: dict[str, Any]) -> str:
    """This function will say how much was written, and what is missing."""
    said = f"{sum(answer['rows'].values())} rows of {len(answer['rows'])} tables in "
    said += str(answer["folder"])
    if answer["parquet"]:
        return said
    return f"{said}\nAs CSV alone: Parquet needs the optional package, reprieve[registry]."
