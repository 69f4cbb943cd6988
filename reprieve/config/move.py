"""From SQLite to PostgreSQL: every row of every table, and the proof that both sides are equal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from reprieve.config.databases import postgresql
from reprieve.knowledge import BadValue

ALIAS = "target"
CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What was moved: rows of each table, and one hash over all tables' hashes."""

    rows: dict[str, int]
    sha256: str


def move(address: str) -> Moved:
    """This function will copy the clinic of the data folder into an empty PostgreSQL database.

    One transaction: either all of it is there and equal, or nothing is. The SQLite files stay as
    they are. Raises BadValue for a database that is not empty or does not answer.
    """
    from django.db import transaction

    from reprieve.config import backup_check, rotation

    if os.environ.get("REPRIEVE_DATABASE_URL"):
        raise BadValue("REPRIEVE_DATABASE_URL", "is set: the clinic is on PostgreSQL already")
    rotation.finish()
    with _target(address):
        _require_no_clinic(address)
        env = environment(address)
        backup_check.run(env, "-m", "reprieve.config.migrate", "--rehearsed")
        _require_empty()
        with transaction.atomic(using=ALIAS), _guards_resting():
            _copy_all()
            return _proved()


def environment(address: str) -> dict[str, str]:
    """This function will give a process this clinic's folder and keys, and the other database."""
    return {**os.environ, "REPRIEVE_DATABASE_URL": address, "REPRIEVE_PART": "command"}


@contextmanager
def _target(address: str) -> Iterator[None]:
    """The other database under a name of its own, for a while."""
    from django.db import connections

    made = connections.configure_settings({"default": postgresql(address)})
    connections.databases[ALIAS] = made["default"]
    try:
        yield
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]


def _require_no_clinic(address: str) -> None:
    from reprieve.config import backup_tables

    try:
        backup_tables.require_no_clinic(address)
    except BadValue as error:
        raise BadValue("to", error.reason) from error


def _require_empty() -> None:
    from reprieve.records.models import Clinic

    if Clinic.objects.using(ALIAS).exists():
        raise BadValue("to", "the database holds a clinic already")


@contextmanager
def _guards_resting() -> Iterator[None]:
    """Guards judge a new row by rows that may come later; `verify` looks at the whole."""
    from django.db import connections

    from reprieve.config import backup_tables
    from reprieve.records import fingerprint

    tables = [model._meta.db_table for model in fingerprint.tables()]
    raw: Any = connections[ALIAS].connection
    with backup_tables.resting_guards(raw, tables):
        yield


def _copy_all() -> None:
    from django.core.management.color import no_style
    from django.db import connections

    from reprieve.records import fingerprint

    target, models = connections[ALIAS], fingerprint.tables()
    with target.cursor() as cursor:
        # Rows that migrating made come with the others.
        names = ", ".join(target.ops.quote_name(model._meta.db_table) for model in models)
        cursor.execute(f"TRUNCATE {names}")
        for model in models:
            _copy(model)
        for statement in target.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _copy(model: Any) -> None:
    from django.db import router

    fields = model._meta.concrete_fields
    rows = model._base_manager.using(router.db_for_read(model)).order_by("pk")
    found = iter(rows.iterator(chunk_size=CHUNK))
    while batch := list(islice(found, CHUNK)):
        # As they are: a field that sets itself at a new row keeps what it has.
        model._base_manager.using(ALIAS)._insert(batch, fields=fields, using=ALIAS, raw=True)


def _proved() -> Moved:
    """Compare each table's count and hash. Raises BadValue naming the first that differs."""
    import hashlib

    from django.db import router

    from reprieve.records import fingerprint

    digest, rows = hashlib.sha256(), {}
    for model in fingerprint.tables():
        here = fingerprint.of(model, router.db_for_read(model))
        there = fingerprint.of(model, ALIAS)
        if here != there:
            raise BadValue("to", f"table {here.table} is not the same: {here.rows}, {there.rows}")
        rows[here.table] = here.rows
        digest.update(bytes.fromhex(here.sha256))
    return Moved(rows=rows, sha256=digest.hexdigest())
