"""Bring the data folder to a demo clinic: make it, go on with it, or refuse a real one's folder."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from reprieve.config import boot
from reprieve.config.folder import data_folder
from reprieve.knowledge import BadValue

DATABASE = "clinic.sqlite3"
# Only these are ever removed by a reset, and only once the folder has been seen to hold a demo.
OWN = ("*.sqlite3", "*.sqlite3-wal", "*.sqlite3-shm", "*.key")


def main() -> None:
    """This function will prepare the folder; the exit code is 2 where it cannot be used."""
    try:
        prepare(reset="--reset" in sys.argv[1:], real=datetime.now(UTC))
    except BadValue as error:
        sys.stderr.write(f"reprieve: {error}\n")
        sys.exit(2)


def prepare(*, reset: bool, real: datetime) -> None:
    """This function will make the demo clinic, or let the one that is there go on.

    Raises BadValue naming the folder when it holds a real clinic; then nothing is touched.
    """
    folder = data_folder()
    is_new = not (folder / DATABASE).exists()
    if not is_new:
        boot.start()
        _only_a_demo(folder)
        if reset:
            _empty(folder)
            is_new = True
    elif folder.exists() and any(folder.iterdir()) and not _is_ours(folder):
        raise BadValue("data", f"{folder} is not empty and holds no demo; choose another folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    boot.start()
    from reprieve.config.migrate import migrate

    migrate()
    if is_new:
        _make(real)
    else:
        _go_on(real)


def _only_a_demo(folder: Path) -> None:
    from django.db import DatabaseError

    from reprieve.records.queries import clinics

    try:
        found = clinics.clinics()
    except DatabaseError as error:
        raise BadValue("data", f"the database in {folder} cannot be read") from error
    real = [clinic.name for clinic in found if not clinic.is_demo]
    if real:
        raise BadValue("data", f"{folder} holds the real clinic {real[0]!r}; choose another folder")


def _is_ours(folder: Path) -> bool:
    known = (*OWN, "*.log", "locale")
    return all(any(file.match(own) for own in known) for file in folder.iterdir())


def _empty(folder: Path) -> None:
    from django.db import connections

    connections.close_all()
    for own in OWN:
        for file in folder.glob(own):
            file.unlink()
    shutil.rmtree(folder / "attachments", ignore_errors=True)


def _make(real: datetime) -> None:
    from reprieve.config.demo.make import make

    made = make(real=real, say=_say)
    for story, reason in made.untold.items():
        _say(f"not told: {story}: {reason}")


def _say(words: str) -> None:
    sys.stderr.write(f"  {words}\n")
    sys.stderr.flush()


def _go_on(real: datetime) -> None:
    from reprieve.pathway import demo

    clinic = demo.clinic()
    if clinic is None:
        _make(real)
    else:
        demo.go_on(clinic=clinic, real=real)


if __name__ == "__main__":
    main()
