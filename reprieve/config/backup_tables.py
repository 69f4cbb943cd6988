"""Every table of a PostgreSQL database as files, and back: by COPY, in one snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reprieve.knowledge import BadValue

if TYPE_CHECKING:
    import psycopg

MIGRATIONS = "django_migrations"
NAMES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
CHUNK = 1 << 16


def copy_out(address: str, folder: Path) -> None:
    """This function will copy each table into a file of its own, all as of one moment."""
    from psycopg import IsolationLevel, sql

    with _connected(address) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.transaction():
            for name in _names(connection):
                query = sql.SQL("COPY {} TO STDOUT (HEADER)").format(sql.Identifier(name))
                out = (folder / f"{name}.copy").open("wb")
                with out, connection.cursor().copy(query) as copy:
                    for piece in copy:
                        out.write(bytes(piece))


def copy_in(address: str, folder: Path) -> None:
    """This function will fill a database that has this version's tables and no clinic.

    All in one transaction. Guards rest meanwhile: they judge new rows by rows that are not there
    yet; `verify` looks at the whole afterwards. Raises BadValue where the tables differ.
    """
    with _connected(address) as connection, connection.transaction():
        wanted = {file.stem for file in folder.glob("*.copy")}
        there = set(_names(connection))
        if wanted != there:
            raise BadValue("file", f"other tables: {', '.join(sorted(wanted ^ there)[:3])}")
        _require_empty(connection)
        _require_same_migrations(connection, folder)
        with resting_guards(connection, sorted(there)):
            _replace(connection, folder, sorted(there))
        _set_sequences(connection)


@contextmanager
def resting_guards(connection: psycopg.Connection[Any], tables: list[str]) -> Iterator[None]:
    """This function will switch our own triggers off, and on again at the end."""
    from psycopg import sql

    for word in ("DISABLE", "ENABLE"):
        for name in tables:
            command = sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(
                sql.Identifier(name), sql.SQL(word)
            )
            connection.execute(command)
        if word == "DISABLE":
            yield
            # What is checked at the end of a transaction is checked now: a table that has
            # checks waiting cannot be altered.
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _replace(connection: psycopg.Connection[Any], folder: Path, tables: list[str]) -> None:
    from psycopg import sql

    kept = [name for name in tables if name != MIGRATIONS]
    # Rows that migrating made are in the files, too.
    connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, kept))))
    connection.execute("SET CONSTRAINTS ALL DEFERRED")
    for name in kept:
        file = folder / f"{name}.copy"
        with file.open("rb") as source:
            columns = source.readline().decode().strip().split("\t")
            source.seek(0)
            query = sql.SQL("COPY {} ({}) FROM STDIN (HEADER)").format(
                sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns))
            )
            with connection.cursor().copy(query) as copy:
                while piece := source.read(CHUNK):
                    copy.write(piece)


def require_no_clinic(address: str) -> None:
    """This function will raise BadValue for a database that holds a clinic, of any version.

    Asked before anything is migrated: a wrong address must not update a clinic at work.
    """
    with _connected(address) as connection:
        row = connection.execute("SELECT to_regclass('records_clinic')").fetchone()
        if row is not None and row[0] is not None:
            _require_empty(connection)


def _require_empty(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute("SELECT count(*) FROM records_clinic").fetchone()
    if row is None or row[0]:
        raise BadValue("REPRIEVE_DATABASE_URL", "the database holds a clinic already")


def _require_same_migrations(connection: psycopg.Connection[Any], folder: Path) -> None:
    lines = (folder / f"{MIGRATIONS}.copy").read_text().splitlines()
    columns = lines[0].split("\t")
    app, name = columns.index("app"), columns.index("name")
    theirs = {(cells[app], cells[name]) for cells in (line.split("\t") for line in lines[1:])}
    ours = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    if theirs != set(ours):
        raise BadValue("file", "is of another version: restore with that one, then upgrade")


def _set_sequences(connection: psycopg.Connection[Any]) -> None:
    """Numbers go on after the highest that came with the rows."""
    found = connection.execute(
        "SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace"
        " AND a.attidentity <> ''"
    ).fetchall()
    from psycopg import sql

    for table, column, sequence in found:
        command = sql.SQL("SELECT setval({}, COALESCE((SELECT max({}) FROM {}), 0) + 1, false)")
        connection.execute(
            command.format(sql.Literal(sequence), sql.Identifier(column), sql.Identifier(table))
        )


def _names(connection: psycopg.Connection[Any]) -> list[str]:
    return [row[0] for row in connection.execute(NAMES).fetchall()]


@contextmanager
def _connected(address: str) -> Iterator[psycopg.Connection[Any]]:
    import psycopg

    try:
        with psycopg.connect(address) as connection:
            yield connection
    except psycopg.OperationalError as error:
        why = " ".join(str(error).split())
        raise BadValue("REPRIEVE_DATABASE_URL", f"does not answer: {why}") from error
