"""Asking about a database makes none; an older one is named as such."""

from pathlib import Path

import pytest

from reprieve.config import migrate
from reprieve.knowledge import BadValue
from tests.chairside import quick_world
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


def test_patients_are_found_by_themselves_however_many_the_clinic_has(
    fresh_database: Copy,
) -> None:
    from django.db import connection

    from reprieve.records.models import EpisodeOfCare
    from tests import world as worlds

    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL looks by itself")
    with quick_world() as world:
        people = [worlds.person(world, given=f"Nr{n}", mrn=f"B-{n}")[0] for n in range(100)]
    asked = EpisodeOfCare.of(world.id).filter(patient_id__in=people[:20])
    assert "(clinic_id=?)" in asked.explain()
    migrate.learn_sizes()
    connection.close()  # an open one goes by what it knew
    assert "(patient_id=?)" in asked.explain()
