"""`reprieve move`: from the embedded database to PostgreSQL, proving that both are equal."""

from __future__ import annotations

import argparse
from typing import Any

HELP = "copy the clinic from SQLite to an empty PostgreSQL database; stop serving first"
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add where to."""
    parser.add_argument("--to", required=True, metavar="URL", help="postgresql://user@host/name")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """This function will move. BadValue says what is wrong; then the target holds no clinic."""
    from reprieve.config import backup_check, checks, move
    from reprieve.config.folder import data_folder
    from reprieve.config.migrate import require_database

    require_database()
    with checks.only_server(data_folder()):
        moved = move.move(args.to)
        faults = backup_check.verify(move.environment(args.to))
    return {"rows": moved.rows, "sha256": moved.sha256, "ok": not faults, "faults": faults}


def exit_code(answer: dict[str, Any]) -> int:
    """This function will return 1 when the moved clinic has a fault."""
    return 0 if answer["ok"] else 1


def text(answer: dict[str, Any]) -> str:
    """This function will say what was proved and what comes next."""
    if not answer["ok"]:
        return "\n".join(answer["faults"])
    rows = answer["rows"]
    return (
        f"{sum(rows.values())} rows of {len(rows)} tables are the same on both sides.\n"
        "Next: set REPRIEVE_DATABASE_URL to that address and serve. The SQLite files are "
        "untouched; put them away."
    )
