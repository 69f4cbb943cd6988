"""The tables made in one go are those that the migration's own steps make."""

import sqlite3
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from reprieve.config import first_tables
from tests.house.engines import KEYS, ROOT, Copy, clean_environment

STEP_BY_STEP = """
from reprieve.config import boot, first_tables, migrate
first_tables.put_together = lambda: None
boot.start()
migrate.migrate()
"""


def test_the_first_migration_only_makes_tables() -> None:
    """Otherwise it would run step by step, and slowly."""
    operations = import_module(first_tables.FIRST).Migration.operations
    allowed = (*first_tables.MAKES_TABLES, first_tables.Together)
    assert {type(o).__name__ for o in operations if not isinstance(o, allowed)} == set()


def test_every_model_has_its_table_with_every_column(fresh_database: Copy) -> None:
    from django.apps import apps
    from django.db import connection, router

    look = connection.introspection
    with connection.cursor() as cursor:
        for model in apps.get_app_config("records").get_models(include_auto_created=True):
            if router.allow_migrate_model("default", model):
                found = look.get_table_description(cursor, model._meta.db_table)
                wanted = {field.column for field in model._meta.local_concrete_fields}
                assert {column.name for column in found} == wanted


@pytest.mark.long
@pytest.mark.parametrize("file", ["clinic.sqlite3", "access.sqlite3"])
def test_step_by_step_the_tables_are_the_same(tmp_path: Path, file: str) -> None:
    slow, quick = tmp_path / "slow", tmp_path / "quick"
    for folder, code in ((slow, STEP_BY_STEP), (quick, MIGRATE)):
        env = clean_environment(REPRIEVE_DATA=str(folder), **KEYS)
        subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, check=True)
    assert tables(quick / file) == tables(slow / file)


MIGRATE = "from reprieve.config.migrate import main; main()"


def tables(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Columns by name (a column added later stands last), indexes and triggers as they are."""
    with sqlite3.connect(file) as connection:
        listed = connection.execute("SELECT type, name FROM sqlite_master ORDER BY 1, 2").fetchall()
        return {f"{kind} {name}": describe(connection, kind, name) for kind, name in listed}


def describe(connection: sqlite3.Connection, kind: str, name: str) -> list[tuple[object, ...]]:
    if kind == "table":
        columns = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
        keys = connection.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()
        return sorted([column[1:] for column in columns] + [key[2:] for key in keys], key=repr)
    return connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchall()
