"""Plain statements for what runs with every batch of a ward's messages.

On SQLite they go to the driver itself: the wrappers around a cursor took more of the processor
than the statements. Errors are the model layer's all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import OperationalError, connection

Row = tuple[Any, ...]
_LOCK_NOT_AVAILABLE = "55P03"


def rows(sql: str, params: Sequence[Any] = ()) -> list[Row]:
    """This function will run one statement, `%s` for each parameter, and return its rows."""
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall()) if cursor.description else []
    with connection.wrap_database_errors:
        found: list[Row] = _driver().execute(_marked(sql), params).fetchall()
        return found


def each(sql: str, many: Sequence[Sequence[Any]]) -> None:
    """This function will run one statement for each of many sets of parameters."""
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.executemany(sql, many)
        return
    with connection.wrap_database_errors:
        _driver().executemany(_marked(sql), many)


def is_postgresql() -> bool:
    """This function will tell which of the two engines is in use."""
    return connection.vendor == "postgresql"


def is_busy(error: OperationalError) -> bool:
    """This function will tell whether a write found no turn: nothing of it was stored."""
    code = getattr(error.__cause__, "sqlstate", None)
    return code == _LOCK_NOT_AVAILABLE or "database is locked" in str(error)


def place() -> tuple[Any, int, int] | None:
    """This function will mark where the database stands: the same mark, nobody has written since.

    It holds inside a transaction of the same thread. None where the engine cannot tell.
    """
    if is_postgresql():
        return None
    driver = _driver()
    (version,) = driver.execute("PRAGMA data_version").fetchone()
    return driver, version, driver.total_changes


def _driver() -> Any:
    connection.ensure_connection()
    return connection.connection


@lru_cache(maxsize=1024)
def _marked(sql: str) -> str:
    return sql.replace("%s", "?")
