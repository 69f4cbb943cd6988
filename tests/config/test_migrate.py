"""Asking about a database makes none; an older one is named as such."""

from pathlib import Path

import pytest

from reprieve.config import migrate
from reprieve.knowledge import BadValue
from tests.house.engines import Copy


def test_a_current_database_passes(fresh_database: Copy) -> None:
    migrate.require_database()


def test_migrating_twice_changes_nothing(fresh_database: Copy) -> None:
    migrate.migrate()
    migrate.require_database()


def test_a_database_that_lacks_a_migration_is_refused(fresh_database: Copy) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'records'")
    with pytest.raises(BadValue, match="data: the database is of another version"):
        migrate.require_database()


def test_a_folder_without_one_is_refused_and_stays_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REPRIEVE_DATABASE_URL", raising=False)
    monkeypatch.setenv("REPRIEVE_DATA", str(tmp_path))
    with pytest.raises(BadValue, match="data: no clinic in"):
        migrate.require_files()
    assert list(tmp_path.iterdir()) == []
