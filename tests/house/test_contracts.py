"""The import contracts hold, and each of them notices a violation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.engines import ROOT

PLANTED = {
    "rooms": ("pharmacology/planted.py", "import reprieve.clinical\n"),
    "plain": ("outcomes/planted.py", "import sqlite3\n"),
    "values": ("web/planted.py", "from reprieve.records.models import Clinic\n"),
}


def lint_imports(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package as it is, where it may be spoilt."""
    only_code = shutil.ignore_patterns("__pycache__", "static", "templates", "locale", "*.toml")
    shutil.copytree(ROOT / "reprieve", tmp_path / "reprieve", ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_holds() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout
    assert "3 kept, 0 broken" in done.stdout


@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_a_planted_violation_is_caught(contract: str, copy: Path) -> None:
    file, code = PLANTED[contract]
    (copy / "reprieve" / file).write_text(code)
    done = lint_imports(copy, "--contract", contract)
    assert done.returncode == 1, done.stdout
    assert "planted" in done.stdout


def test_plain_rooms_may_not_reach_the_framework_by_a_detour(copy: Path) -> None:
    (copy / "reprieve" / "planted.py").write_text("import django\n")
    (copy / "reprieve" / "clinical" / "planted.py").write_text("import reprieve.planted\n")
    assert lint_imports(copy, "--contract", "plain").returncode == 1


def test_a_room_without_a_place_is_caught(copy: Path) -> None:
    (copy / "reprieve" / "attic").mkdir()
    (copy / "reprieve" / "attic" / "__init__.py").touch()
    done = lint_imports(copy, "--contract", "rooms")
    assert done.returncode == 1
    assert "attic" in done.stdout
