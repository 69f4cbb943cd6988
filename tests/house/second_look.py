"""Which failed tests get a second look, alone: `python -m tests.house.second_look CACHE_FOLDER`.

A machine that is busy makes a test of pages or processes fail now and then by chance. Such a test
is run once more by itself; it is named as unsteady when it passes, and fails the run when not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

LAST_FAILED = "v/cache/lastfailed"
# More than this is no chance.
MOST = 3
# Here chance is what is tested: what fails once in a hundred times has failed.
CHANCE_COUNTS = ("tests/faults/", "tests/properties/")


def worth_a_second_look(failed: list[str]) -> list[str]:
    """This function will return the failed tests to be run again: all of them, or none."""
    if len(failed) > MOST:
        return []
    is_in_doubt = all("::" in one and not one.startswith(CHANCE_COUNTS) for one in failed)
    return failed if is_in_doubt else []


def failed_of(cache: Path) -> list[str]:
    """This function will return the tests that pytest noted as failed; none without a note."""
    note = cache / LAST_FAILED
    return list(json.loads(note.read_text())) if note.exists() else []


if __name__ == "__main__":
    sys.stdout.writelines(f"{one}\n" for one in worth_a_second_look(failed_of(Path(sys.argv[1]))))
