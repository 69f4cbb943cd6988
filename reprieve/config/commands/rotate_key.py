"""`reprieve rotate-key`: a new master key for names and notes."""

from __future__ import annotations

import argparse
from typing import Any

HELP = "make a new master key and wrap each clinic's data key by it; stop serving first"
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add no argument of its own."""


def run(args: argparse.Namespace) -> dict[str, Any]:
    """This function will rotate. BadValue says what is wrong; then the old key is in force."""
    from reprieve.config import checks, rotation
    from reprieve.config.folder import data_folder
    from reprieve.config.migrate import require_database
    from reprieve.records import keys

    require_database()
    with checks.only_server(data_folder()):
        rotation.finish()
        count = rotation.rotate()
    return {"clinics": count, "faults": list(keys.faults())}


def text(answer: dict[str, Any]) -> str:
    """This function will say what is in force now, and what to do with backups."""
    return (
        f"A new master key is in force ({answer['clinics']} clinics). Older backups hold the old "
        "one and open as ever; make a new backup now."
    )
