"""An upgrade is tried on a copy: what fails there never reaches the clinic."""

from __future__ import annotations

import pytest
from django.db import connection

from reprieve.config import rehearse
from reprieve.knowledge import BadValue
from reprieve.records import fingerprint
from tests.house.engines import Copy

LAST = "DELETE FROM django_migrations WHERE app = 'records' AND name = %s"


def newest_migration() -> str:
    from django.db.migrations.loader import MigrationLoader

    [(_, name)] = MigrationLoader(connection).graph.leaf_nodes("records")
    return name


def run(statement: str, *values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))


def test_without_an_upgrade_nothing_is_copied(fresh_database: Copy) -> None:
    assert not rehearse.rehearse()
    assert not (fresh_database.folder / rehearse.KEPT).exists()


def test_an_upgrade_that_fails_on_the_copy_leaves_the_clinic_as_it_was(
    fresh_database: Copy,
) -> None:
    if connection.vendor != "sqlite":
        return
    # The tables of the newest migration are there, but it is said to be missing: it fails.
    run(LAST, newest_migration())
    before = [*fingerprint.every()]
    with pytest.raises(BadValue, match="the upgrade fails on a copy"):
        rehearse.rehearse()
    assert [*fingerprint.every()] == before
    assert (fresh_database.folder / rehearse.KEPT / "clinic.sqlite3").exists()
    assert not list(fresh_database.folder.glob(".scratch-*"))


def test_one_that_holds_is_let_through(fresh_database: Copy) -> None:
    if connection.vendor != "sqlite":
        return
    run("DELETE FROM django_migrations WHERE app = 'sessions'")
    run("DROP TABLE django_session")
    assert rehearse.rehearse()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE name = 'django_session'")
        assert cursor.fetchone() == (0,)  # the clinic itself waits for its own turn
