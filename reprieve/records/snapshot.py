"""Reading everything as it was at one moment, while the clinic goes on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction

from reprieve.records import patience


@contextmanager
def reading() -> Iterator[None]:
    """This function will hold one snapshot for reading; nobody waits for it.

    On SQLite a transaction of ours usually claims the right to write when it begins: this one must
    not, since an export or a check of everything may take minutes.
    """
    connection: Any = connections["default"]
    usual = getattr(connection, "transaction_mode", None)
    try:
        if connection.vendor == "sqlite":
            connection.transaction_mode = "DEFERRED"
        with patience.unhurried(), transaction.atomic():
            if connection.vendor == "postgresql" and not connection.savepoint_ids:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                    # Between two statements what was read is written down: that takes its time.
                    cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield
    finally:
        if connection.vendor == "sqlite":
            connection.transaction_mode = usual
