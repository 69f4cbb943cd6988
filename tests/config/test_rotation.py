"""A new master key opens everything the old one did; interrupted, the next start finishes it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, connections
from django.test import override_settings

from reprieve.config import cli, rotation
from reprieve.knowledge import BadValue
from reprieve.records import identity, keys
from reprieve.records.models import AuditEvent, Clinic
from tests import world as w
from tests.chairside import QUICK
from tests.house.engines import KEYS, ROOT, Copy, clean_environment

OLD = KEYS["REPRIEVE_MASTER_KEY"]


@pytest.fixture
def world(fresh_database: Copy, monkeypatch: pytest.MonkeyPatch) -> object:
    """A clinic whose master key is a file of its folder, as usual outside tests."""
    monkeypatch.delenv("REPRIEVE_MASTER_KEY")
    (fresh_database.folder / rotation.NAME).write_text(OLD)
    keys.forget()
    with override_settings(PASSWORD_HASHERS=QUICK, MASTER_KEY=OLD):
        yield w.found()
        keys.forget()


def names(world: w.World, patient: object) -> str:
    keys.forget()
    return identity.newest(world.id, [patient])[patient].full_name  # type: ignore[index,list-item]


def test_the_new_key_opens_what_the_old_one_wrote(
    world: w.World, fresh_database: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    from django.conf import settings

    patient, _ = w.person(world)
    w.found()
    assert cli.call(["rotate-key"]) == 0
    assert "2 clinics" in capsys.readouterr().out
    file = fresh_database.folder / rotation.NAME
    assert file.read_text() == settings.MASTER_KEY != OLD
    assert file.stat().st_mode & 0o077 == 0
    assert names(world, patient) == "Iva Invented"
    assert AuditEvent.objects.filter(clinic_id=world.id, action="key.rotate").count() == 1
    settings.MASTER_KEY = OLD
    keys.forget()
    assert len(list(keys.faults())) == 2  # the old key opens nothing any more


def test_stopped_after_the_database_was_changed_it_is_finished(
    world: w.World, fresh_database: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    patient, _ = w.person(world)
    with monkeypatch.context() as power:
        power.setattr(rotation, "_take_over", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate()
    settings.MASTER_KEY = OLD  # as the next start reads it from its file
    keys.forget()
    assert list(keys.faults())
    assert rotation.finish()
    assert not list(keys.faults())
    assert names(world, patient) == "Iva Invented"
    assert not rotation.finish()
    assert not (fresh_database.folder / rotation.NEXT).exists()


def test_stopped_before_it_the_old_key_stays(world: w.World, fresh_database: Copy) -> None:
    waiting = fresh_database.folder / rotation.NEXT
    waiting.write_text("ab" * 32)
    assert not rotation.finish()
    assert not waiting.exists()


def test_a_key_that_opens_nothing_is_named(world: w.World, fresh_database: Copy) -> None:
    Clinic.objects.filter(pk=world.id).update(data_key=keys.new_data_key(bytes(32)))
    keys.forget()
    with pytest.raises(BadValue, match="master-key"):
        rotation.rotate()
    (fresh_database.folder / rotation.NEXT).write_text("ab" * 32)
    with pytest.raises(BadValue, match="neither"):
        rotation.finish()


def test_a_key_of_the_environment_is_not_replaced(
    world: w.World, monkeypatch: pytest.MonkeyPatch, fresh_database: Copy
) -> None:
    monkeypatch.setenv("REPRIEVE_MASTER_KEY", OLD)
    with pytest.raises(BadValue, match="REPRIEVE_MASTER_KEY"):
        rotation.rotate()
    assert not Path(fresh_database.folder / rotation.NEXT).exists()


def test_an_upgrade_finds_an_interrupted_rotation_and_finishes_it_first(
    world: w.World, fresh_database: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, _ = w.person(world)
    with monkeypatch.context() as power:
        power.setattr(rotation, "_take_over", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate()
    new = (fresh_database.folder / rotation.NEXT).read_text()
    with connection.cursor() as cursor:  # as an older version's database: something is missing
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        cursor.execute("DROP TABLE django_session")
    connections.close_all()
    done = upgraded(fresh_database)
    assert (done.returncode, done.stderr) == (0, "")
    assert (fresh_database.folder / rotation.NAME).read_text() == new
    assert not (fresh_database.folder / rotation.NEXT).exists()
    with override_settings(MASTER_KEY=new):
        assert names(world, patient) == "Iva Invented"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")


def test_an_upgrade_with_a_key_that_opens_nothing_is_refused_before_anything_changes(
    world: w.World, fresh_database: Copy
) -> None:
    Clinic.objects.filter(pk=world.id).update(data_key=keys.new_data_key(bytes(32)))
    (fresh_database.folder / rotation.NEXT).write_text("ab" * 32)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        cursor.execute("DROP TABLE django_session")
    connections.close_all()
    done = upgraded(fresh_database)
    assert done.returncode != 0
    assert done.stderr.strip() == (
        "master-key: neither master-key.key nor master-key.key.new opens the database"
    )
    assert "django_session" not in connection.introspection.table_names()
    assert not (fresh_database.folder / "before-upgrade").exists()


def upgraded(copy: Copy) -> subprocess.CompletedProcess[str]:
    """This function will run the upgrade as `serve` does, with the key as a file of the folder."""
    env = {k: v for k, v in clean_environment(**copy.env).items() if k != "REPRIEVE_MASTER_KEY"}
    return subprocess.run(
        [sys.executable, "-m", "reprieve.config.migrate"],
        env=env, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
