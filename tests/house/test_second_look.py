"""What failed once is looked at again, unless chance is what was tested."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.engines import ROOT
from tests.house.second_look import LAST_FAILED, MOST, worth_a_second_look

PAGE = "tests/web/test_live.py::test_a_page[tablet]"


def test_a_test_of_a_page_is_looked_at_again() -> None:
    assert worth_a_second_look([PAGE]) == [PAGE]


@pytest.mark.parametrize(
    "failed",
    [
        [PAGE, "tests/faults/test_kills.py::test_nothing_is_lost"],
        ["tests/properties/test_ledger.py::test_mass"],
        [PAGE, "tests/web/test_that_cannot_be_read.py"],
        [f"{PAGE}{n}" for n in range(MOST + 1)],
        [],
    ],
    ids=["a fault", "a property", "unreadable", "many", "none"],
)
def test_what_is_no_chance_is_not(failed: list[str]) -> None:
    assert worth_a_second_look(failed) == []


def test_it_reads_what_pytest_noted(tmp_path: Path) -> None:
    (tmp_path / LAST_FAILED).parent.mkdir(parents=True)
    (tmp_path / LAST_FAILED).write_text(json.dumps({PAGE: True}))
    command = [sys.executable, "-m", "tests.house.second_look", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"{PAGE}\n"
