"""`reprieve restore`: put a backup into an empty or absent folder, and look at all of it."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from typing import Any

from reprieve.knowledge import BadValue

HELP = "put a backup into an empty or absent folder (--data), and verify it"


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add the file and its key."""
    parser.add_argument("file", metavar="FILE", help="a backup")
    parser.add_argument(
        "--key-file", default="", metavar="FILE",
        help="64 hex digits; else from REPRIEVE_BACKUP_KEY",
    )  # fmt: skip


def run(args: argparse.Namespace) -> dict[str, Any]:
    """This function will restore. BadValue says what is wrong; then the folder is as it was."""
    from reprieve.config import backup, backup_check, sealed
    from reprieve.config.folder import data_folder

    key, folder = sealed.key(args.key_file), data_folder().absolute()
    manifest = backup.unpack(Path(args.file), key=key, into=folder)
    address = os.environ.get("REPRIEVE_DATABASE_URL", "")
    try:
        if (manifest["engine"] == "postgresql") != bool(address):
            why = "is set: the backup is of SQLite" if address else "needed: it is of PostgreSQL"
            raise BadValue("REPRIEVE_DATABASE_URL", why)
        if address:
            backup_check.fill(folder, address)
            shutil.rmtree(folder / backup.TABLES)
    except BadValue:
        shutil.rmtree(folder)
        raise
    faults = backup_check.verify(backup_check.own_environment(folder, address))
    (folder / backup.MANIFEST).unlink()
    return {
        "data": str(folder), "made_at": manifest["made_at"], "version": manifest["version"],
        "engine": manifest["engine"], "ok": not faults, "faults": faults,
    }  # fmt: skip


def exit_code(answer: dict[str, Any]) -> int:
    """This function will return 1 when what was restored has a fault."""
    return 0 if answer["ok"] else 1


def text(answer: dict[str, Any]) -> str:
    """This function will say what is there now and what comes next."""
    if not answer["ok"]:
        return "\n".join(answer["faults"])
    return f"{answer['data']} is as it was at {answer['made_at']}. Next: reprieve serve"
