"""The scripts are sound bash, may be started, and leave this machine's paths out."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.house.engines import ROOT

SCRIPTS = [ROOT / "script" / name for name in ("demo", "test", "check", "bench")]
EVERYWHERE = re.compile(r"/(work|opt|root|home)/")


@pytest.mark.parametrize("script", [*SCRIPTS, ROOT / ".ci" / "run"], ids=lambda s: s.name)
def test_a_script_can_be_started(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/usr/bin/env bash\n")


@pytest.mark.parametrize("script", [*SCRIPTS, ROOT / "script" / "lib.sh"], ids=lambda s: s.name)
def test_a_script_is_sound_and_at_home_anywhere(script: Path) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert not EVERYWHERE.search(script.read_text())


def test_the_lock_of_the_browser_assets_names_no_registry() -> None:
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


def test_a_browser_that_is_not_there_is_named(tmp_path: Path) -> None:
    code = "source script/lib.sh; need_node_modules() { :; }; need_chromium"
    done = subprocess.run(
        ["bash", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"CHROMIUM": str(tmp_path / "none")},
    )  # fmt: skip
    assert done.returncode == 2
    assert "CHROMIUM: " in done.stderr
