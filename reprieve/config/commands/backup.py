"""`reprieve backup`: everything the clinic owns in one encrypted file, while it is being served."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reprieve.config import retention

HELP = "write one encrypted file from which the clinic can go on, and prove that it does"
USUAL = retention.Keep()


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add where to, the key, and what a folder of backups keeps."""
    parser.add_argument("file", metavar="FILE", help="a new file, or a folder that keeps several")
    parser.add_argument(
        "--key-file", default="", metavar="FILE",
        help="64 hex digits; else from REPRIEVE_BACKUP_KEY",
    )  # fmt: skip
    for period in ("days", "weeks", "months"):
        usual = getattr(USUAL, period)
        parser.add_argument(
            f"--keep-{period}", type=int, default=usual, metavar="N",
            help=f"in a folder: {period} of which the newest is kept ({usual})",
        )  # fmt: skip


def run(args: argparse.Namespace) -> dict[str, Any]:
    """This function will make a backup. BadValue says what is wrong; then there is no file."""
    from reprieve.config import backup, backup_shelf, sealed
    from reprieve.config.migrate import require_files

    keep = retention.Keep(days=args.keep_days, weeks=args.keep_weeks, months=args.keep_months)
    key, at, target = sealed.key(args.key_file), datetime.now(UTC), Path(args.file).absolute()
    require_files()
    gone: list[Path] = []
    if target.is_dir():
        made = backup.make(target / backup_shelf.name(at), key=key, at=at)
        gone = backup_shelf.tidy(target, keep)
    else:
        made = backup.make(target, key=key, at=at)
    return {
        "file": str(made.file), "made_at": made.at.isoformat(), "engine": made.engine,
        "bytes": made.size, "verified": True, "removed": [str(file) for file in gone],
    }  # fmt: skip


def text(answer: dict[str, Any]) -> str:
    """This function will say what was made, and that it was opened again."""
    said = f"{answer['file']}: {answer['bytes']} bytes, restored into a scratch place and verified."
    return said + "".join(f"\nremoved {file}" for file in answer["removed"])
