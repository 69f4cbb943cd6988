"""Bring every database to this version's tables and guards; `python -m reprieve.config.migrate`."""

from __future__ import annotations

import os
import sys

from reprieve.config.databases import databases
from reprieve.config.folder import data_folder
from reprieve.knowledge import BadValue

REHEARSED = "--rehearsed"


def main() -> None:
    """This function will migrate in a process of its own, so that `serve` stays small.

    An upgrade is tried on a copy first, unless this is the try.
    """
    from reprieve.config import boot, rehearse, rotation

    try:
        boot.start()
        if REHEARSED not in sys.argv:
            # First: the copy, and what an upgrade reads, open by the right key only.
            rotation.finish()
            rehearse.rehearse()
        migrate()
        require_key()
    except BadValue as error:
        sys.exit(str(error))


def migrate() -> None:
    """This function will migrate every database of the settings and leave no connection open."""
    from django.core.management import call_command
    from django.db import connections

    from reprieve.config.first_tables import put_together
    from reprieve.records import guards

    # The keys' files make the folder, but keys may come from the environment.
    data_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    put_together()
    for alias in connections:
        _open(alias)
        if _is_behind(alias):
            call_command("migrate", database=alias, interactive=False, verbosity=0)
        elif guards.faults(alias):
            guards.install(alias)
    learn_sizes()
    connections.close_all()


def learn_sizes() -> None:
    """This function will let SQLite look how many rows its indexes tell apart.

    Without that it takes a clinic for a handful of rows, and walks through all of them where fifty
    patients are asked for. It looks at some hundred rows an index, and again only at tables that
    have grown since. Connections that are open go by what they knew; PostgreSQL looks by itself.
    """
    from django.db import connections

    for connection in connections.all():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA optimize=0x10002")


def require_key() -> None:
    """This function will raise BadValue where the master key opens nobody's record.

    Every page would fail, and what is written now could not be read beside what was written
    before.
    """
    from reprieve.config import rotation
    from reprieve.records import keys

    rotation.finish()
    for fault in keys.faults():
        raise BadValue("master-key", fault)


def _open(alias: str) -> None:
    from django.db import DatabaseError, connections

    try:
        connections[alias].ensure_connection()
    except DatabaseError as error:
        raise BadValue("data", f"the database does not open: {error}".strip()) from error


def require_files() -> None:
    """This function will raise BadValue where the data folder holds no clinic.

    It needs no Django and makes nothing: asking about a mistyped folder must leave neither an
    empty database nor new keys there. A database on a server is looked at by `require_database`.
    """
    folder = data_folder()
    for database in databases(folder).values():
        name = str(database["NAME"])
        if database["ENGINE"] == "django.db.backends.sqlite3" and not os.path.isfile(name):
            raise BadValue("data", f"no clinic in {folder}; `reprieve init` makes one")


def require_database() -> None:
    """This function will raise BadValue where there is no database of this very version."""
    from django.db import connections

    require_files()
    for alias in connections:
        _open(alias)
        if _is_behind(alias):
            raise BadValue("data", "the database is of another version; `serve` updates it")


def _is_behind(alias: str) -> bool:
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections[alias])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


if __name__ == "__main__":
    main()
