"""`reprieve drill`: prove that the newest backup would bring the clinic back, and how fast."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reprieve.knowledge import BadValue

HELP = "restore the newest backup into a scratch place, verify it, and report"


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add the backup, its key, and where the report is written."""
    parser.add_argument(
        "file", nargs="?", default="", metavar="FILE",
        help="a backup, or a folder of them; else REPRIEVE_BACKUP_DIR",
    )  # fmt: skip
    parser.add_argument(
        "--key-file", default="", metavar="FILE",
        help="64 hex digits; else from REPRIEVE_BACKUP_KEY",
    )  # fmt: skip
    parser.add_argument("--report", default="", metavar="FILE", help="keep the report as JSON")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """This function will rehearse a restore. BadValue says why it could not."""
    import orjson

    from reprieve.config import backup_check, backup_shelf, sealed

    key = sealed.key(args.key_file)
    place = args.file or os.environ.get(backup_shelf.FOLDER, "")
    if not place:
        raise BadValue("file", f"name a backup, or set {backup_shelf.FOLDER}")
    file = backup_shelf.newest(Path(place)) if Path(place).is_dir() else Path(place)
    at = datetime.now(UTC)
    found = backup_check.rehearse(file, key=key)
    report = {
        "drilled_at": at.isoformat(), "file": found.file, "made_at": found.made_at.isoformat(),
        "age_min": round((at - found.made_at).total_seconds() / 60, 1), "version": found.version,
        "engine": found.engine, "restored_s": found.restored_s, "verified_s": found.verified_s,
        "ok": not found.faults, "faults": list(found.faults),
    }  # fmt: skip
    if args.report:
        try:
            Path(args.report).write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
        except OSError as error:
            raise BadValue("report", f"cannot be written: {error.strerror}") from error
    return report


def exit_code(answer: dict[str, Any]) -> int:
    """This function will return 1 when the backup has a fault."""
    return 0 if answer["ok"] else 1


def text(answer: dict[str, Any]) -> str:
    """This function will say whether it would work, how fast, and how much is lost."""
    if not answer["ok"]:
        return "\n".join([f"{answer['file']} would not bring the clinic back:", *answer["faults"]])
    return (
        f"{answer['file']} brings the clinic back: restored in {answer['restored_s']} s, verified "
        f"in {answer['verified_s']} s. What was written in the last {answer['age_min']} minutes is "
        "not in it."
    )
