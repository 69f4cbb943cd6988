"""Secrets may stand in files of their own; what is said twice, or not at all, is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reprieve.config import cli, secret_files
from reprieve.knowledge import BadValue

NAME = "REPRIEVE_METRICS_TOKEN"
FILE = NAME + secret_files.ENDING


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in secret_files.NAMES:
        monkeypatch.setenv(name, "")
        monkeypatch.setenv(name + secret_files.ENDING, "")


def test_a_file_is_read_once_and_what_is_started_gets_the_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text("not-a-secret\n")
    monkeypatch.setenv(FILE, str(file))
    for _ in range(2):
        secret_files.read()
        assert os.environ[NAME] == "not-a-secret"
        assert FILE not in os.environ


@pytest.mark.parametrize(
    ("content", "also", "says"),
    [
        (None, "", "cannot be read"),
        (" \n", "", "is empty"),
        ("one", "two", "is given as well"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(
    content: str | None, also: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv(FILE, str(file))
    monkeypatch.setenv(NAME, also)
    with pytest.raises(BadValue, match=f"{FILE}.*{says}"):
        secret_files.read()


def test_every_command_reads_them_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(FILE, str(tmp_path / "none"))
    assert cli.call(["message", str(tmp_path / "none.hl7")]) == 2
    assert capsys.readouterr().err.startswith(f"reprieve: {FILE}: ")
