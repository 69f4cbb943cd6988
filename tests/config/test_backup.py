"""A backup made under load brings the whole clinic back elsewhere, and a broken one is refused."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reprieve.config import backup_shelf, cli, retention
from reprieve.records import fingerprint
from reprieve.records.models import Patient
from tests import world as w
from tests.chairside import QUICK
from tests.drug_room import Room, infused
from tests.house.engines import Copy, Engine

KEY = "1f" * 32
# What was given and where each milligram went.
GIVEN = tuple(
    f"records_{name}"
    for name in (
        "infusionevent", "infusionstate", "vial", "vialstate", "ledgerentry", "portion",
        "portionentry", "leftreading", "reconciliation",
    )
)  # fmt: skip


@pytest.fixture
def room(fresh_database: Copy, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A clinic in which a bag was drawn, given and accounted for; the backup's key is known."""
    from django.test import override_settings

    monkeypatch.setenv("REPRIEVE_BACKUP_KEY", KEY)
    with override_settings(PASSWORD_HASHERS=QUICK):
        made, _, portion = infused(w.found())
    made.account(portion, bag_ml="180", line_ml="15")
    return made


@contextmanager
def under_load(world: w.World) -> Iterator[list[int]]:
    """People are registered all the while."""
    from django.db import connections

    stop, done = threading.Event(), [0]

    def register() -> None:
        while not stop.is_set():
            w.person(world, mrn=f"L-{done[0]}")
            done[0] += 1
        connections.close_all()

    writer = threading.Thread(target=register)
    writer.start()
    try:
        yield done
    finally:
        stop.set()
        writer.join()


@contextmanager
def elsewhere(engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another machine: an empty folder, and on PostgreSQL an empty database."""
    with monkeypatch.context() as there:
        there.setenv("REPRIEVE_DATA", str(folder))
        made = None
        if engine.name == "postgresql":
            scratch = folder.parent / "empty"
            scratch.mkdir()
            made = engine.new(scratch)
            there.setenv("REPRIEVE_DATABASE_URL", made.address)
        yield
        if made is not None:
            engine.drop(made)


def said(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, dict[str, object]]:
    capsys.readouterr()
    code = cli.call([*command, "--json"])
    out = capsys.readouterr()
    return code, json.loads(out.out) if out.out else {"error": out.err}


def prints(using: str | None = None) -> dict[str, fingerprint.Print]:
    left_out = {"django_session", "records_lease"}
    return {one.table: one for one in fingerprint.every(using) if one.table not in left_out}


def test_a_backup_under_load_brings_everything_back_elsewhere(
    room: Room, database_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    with under_load(room.world) as registered:
        code, made = said(capsys, "backup", str(shelf))
        assert (code, made.get("verified")) == (0, True), made
        assert registered[0] > 0
    before = Patient.of(room.world.id).count()
    resting = tmp_path / "resting.backup"
    assert said(capsys, "backup", str(resting))[0] == 0
    here = prints()
    assert [name for name in GIVEN if not here[name].rows] == []  # equal and empty proves nothing
    for file, wanted in ((Path(str(made["file"])), None), (resting, here)):
        folder = tmp_path / f"restored-{file.stem}"
        with elsewhere(database_engine, folder, monkeypatch):
            code, restored = said(capsys, "restore", str(file))
            assert (code, restored.get("ok")) == (0, True), restored
            assert (folder / "master-key.key").stat().st_mode & 0o077 == 0
            _compare(here, wanted, folder, before)
            code, again = said(capsys, "restore", str(file))
            assert code == 2
            assert "is not an empty folder" in str(again["error"])


def _compare(
    here: dict[str, fingerprint.Print], wanted: dict[str, fingerprint.Print] | None,
    folder: Path, most: int,
) -> None:  # fmt: skip
    """Under load the infusion's tables are equal and the patients fewer; at rest all is equal."""
    from django.db import connections

    from reprieve.config.databases import databases

    for alias, database in databases(folder).items():
        there = f"restored_{alias}"
        connections.databases[there] = connections.configure_settings({"default": database})[
            "default"
        ]
        try:
            found = {
                one.table: one
                for one in map(lambda m: fingerprint.of(m, there), _models(alias))  # noqa: C417
            }
        finally:
            connections[there].close()
            del connections[there]
            del connections.databases[there]
        for table, one in found.items():
            if wanted is not None:
                assert one == wanted[table]
            elif table in GIVEN:
                assert one == here[table]
            elif table == "records_patient":
                assert 0 < one.rows <= most


def _models(alias: str) -> list[type]:
    from django.db import router

    skip = {"django_session", "records_lease"}
    found = [m for m in fingerprint.tables() if m._meta.db_table not in skip]
    return [m for m in found if router.db_for_read(m) == alias]


def test_a_broken_or_foreign_backup_changes_nothing(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tmp_path / "one.backup"
    assert said(capsys, "backup", str(file))[0] == 0
    code, twice = said(capsys, "backup", str(file))
    assert (code, "is there already" in str(twice["error"])) == (2, True)
    report = tmp_path / "report.json"
    code, drilled = said(capsys, "drill", str(file), "--report", str(report))
    assert (code, drilled["ok"]) == (0, True)
    assert json.loads(report.read_text()) == drilled
    broken = tmp_path / "broken.backup"
    broken.write_bytes(file.read_bytes()[:-100])
    folder = tmp_path / "nowhere"
    monkeypatch.setenv("REPRIEVE_DATA", str(folder))
    assert said(capsys, "restore", str(broken))[0] == 2
    monkeypatch.setenv("REPRIEVE_BACKUP_KEY", "2e" * 32)
    code, other = said(capsys, "restore", str(file))
    assert (code, "the key is another one" in str(other["error"])) == (2, True)
    assert not folder.exists()
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]
    code, lost = said(capsys, "backup", str(tmp_path / "two.backup"))
    if not os.environ.get("REPRIEVE_DATABASE_URL"):
        assert (code, "no clinic in" in str(lost["error"])) == (2, True)


class TestShelf:
    def test_old_ones_go_and_others_files_stay(self, tmp_path: Path) -> None:
        names = ["20261127T180000Z", "20261127T060000Z", "20261126T180000Z", "20250101T000000Z"]
        for name in names:
            (tmp_path / f"reprieve-{name}.backup").touch()
        (tmp_path / "holiday.jpg").touch()
        gone = backup_shelf.tidy(tmp_path, retention.Keep(days=2, weeks=0, months=0))
        assert {file.name[9:25] for file in gone} == {names[1], names[3]}
        assert (tmp_path / "holiday.jpg").exists()
        assert backup_shelf.newest(tmp_path).name[9:25] == names[0]

    @pytest.mark.parametrize("text", ["0", "-1", "x", "1.5"])
    def test_how_often_is_a_whole_number(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        from reprieve.knowledge import BadValue

        monkeypatch.setenv(backup_shelf.EVERY, text)
        with pytest.raises(BadValue, match=backup_shelf.EVERY):
            backup_shelf.every()
