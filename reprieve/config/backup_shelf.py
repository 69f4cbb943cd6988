"""A folder of backups: what is there, what is due, and what may go."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reprieve.config import retention, sealed
from reprieve.knowledge import BadValue

NAME = re.compile(r"reprieve-(\d{8}T\d{6}Z)\.backup")
MOMENT = "%Y%m%dT%H%M%SZ"
FOLDER = "REPRIEVE_BACKUP_DIR"
EVERY = "REPRIEVE_BACKUP_EVERY_MIN"
USUAL_MIN = 24 * 60
WITHIN_S = 6 * 3600
_CALL = "import sys; from reprieve.config.cli import main; main(sys.argv[1:])"


def name(at: datetime) -> str:
    """This function will name a backup by its moment, in UTC."""
    return f"reprieve-{at.astimezone(UTC).strftime(MOMENT)}.backup"


def files(folder: Path) -> dict[datetime, Path]:
    """This function will list the backups of a folder by when they were made."""
    found = {}
    for file in folder.iterdir() if folder.is_dir() else ():
        match = NAME.fullmatch(file.name)
        if match:
            found[datetime.strptime(match[1], MOMENT).replace(tzinfo=UTC)] = file
    return found


def tidy(folder: Path, keep: retention.Keep) -> list[Path]:
    """This function will remove the backups that no longer have to be kept, and name them."""
    made = files(folder)
    gone = [made[moment] for moment in sorted(set(made) - retention.kept(made, keep))]
    for file in gone:
        file.unlink()
    return gone


def newest(folder: Path) -> Path:
    """This function will return the newest backup. Raises BadValue where there is none."""
    made = files(folder)
    if not made:
        raise BadValue("file", f"no backup in {folder}")
    return made[max(made)]


def every() -> timedelta:
    """This function will return how often a served clinic makes a backup. Raises BadValue."""
    text = os.environ.get(EVERY, str(USUAL_MIN))
    if not text.isdigit() or not int(text):
        raise BadValue(EVERY, "must be a whole number of minutes")
    return timedelta(minutes=int(text))


def age(at: datetime) -> timedelta | None:
    """This function will return how old the newest backup is; None without any, or no folder."""
    folder = os.environ.get(FOLDER, "")
    made = files(Path(folder)) if folder else {}
    return at - max(made) if made else None


def make_if_due() -> bool:
    """This function will make a backup in the folder of the environment, if one is due.

    In a process of its own: the clock's process stays small, and a full disk ends nothing else.
    """
    if not os.environ.get(FOLDER) or not os.environ.get(sealed.VARIABLE):
        return False
    old = age(datetime.now(UTC))
    if old is not None and old < every():
        return False
    done = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-c", _CALL, "backup", os.environ[FOLDER], "--json"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WITHIN_S, check=False,
        env={**os.environ, "REPRIEVE_PART": "backup"},
    )  # fmt: skip
    if done.returncode:
        import structlog

        structlog.get_logger("backup").error("backup failed", code=done.returncode)
    return done.returncode == 0
