"""The keys of the data folder: made once, never in place of one that a clinic needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from reprieve.config.folder import secret
from reprieve.knowledge import BadValue


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REPRIEVE_DATA", str(tmp_path))
    for name in ("REPRIEVE_MASTER_KEY", "REPRIEVE_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_a_key_is_made_once_and_kept_for_its_owner(folder: Path) -> None:
    first = secret("master_key", size=32)
    assert secret("master_key", size=32) == first
    assert (folder / "master-key.key").stat().st_mode & 0o777 == 0o600


def test_no_new_master_key_takes_the_place_of_a_missing_one(folder: Path) -> None:
    (folder / "clinic.sqlite3").touch()
    with pytest.raises(BadValue, match=r"master-key\.key is missing"):
        secret("master_key", size=32)
    assert not (folder / "master-key.key").exists()
    assert secret("secret_key", size=32)  # it signs sessions only: people sign in again


def test_a_key_too_short_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPRIEVE_MASTER_KEY", "abcd")
    with pytest.raises(BadValue, match="at least 64 hex digits"):
        secret("master_key", size=32)
