"""An instrument that is one file more: its form, its paper, its FHIR form and its page follow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clinical.test_instruments import DROPPED, ROOT

pytestmark = pytest.mark.once
MADE = """
import json
from reprieve.config import boot
boot.start()
from django.template.loader import render_to_string
from reprieve.clinical.instruments import instrument
from reprieve.clinical.instruments.fhir_form import questionnaire
from reprieve.clinical.instruments.manual import page
from reprieve.web.print import form as paper
from reprieve.web.questionnaire import form_class

sleep = instrument("sleep")
form = form_class("sleep")()
print(json.dumps({
    "asked": [question.field.label for question in form.questions],
    "shown": render_to_string("parts/questionnaire.html", {"form": form}),
    "paper": paper.pdf(sleep, clinic="Invented")[:5].decode(),
    "fhir": [item["text"] for item in questionnaire(sleep)["item"]],
    "page": "Sleep last night" in page(),
}))
"""


def test_everything_is_made_from_the_one_file(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT, tmp_path / "reprieve", ignore=ignored)
    (tmp_path / "node_modules").symlink_to(ROOT.parent / "node_modules")  # letters of the paper
    folder = tmp_path / "reprieve" / "clinical" / "instruments"
    (folder / "sleep.toml").write_text(DROPPED, encoding="utf-8")
    env = os.environ | {"PYTHONPATH": str(tmp_path), "REPRIEVE_DATA": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, "-c", MADE], env=env, cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout.splitlines()[-1])
    asked = ["Trouble falling asleep", "Waking too early"]
    assert made["asked"] == made["fhir"] == asked
    assert all(label in made["shown"] for label in asked)
    assert made["paper"] == "%PDF-"
    assert made["page"]
