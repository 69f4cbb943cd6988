"""The connection that gives up: to a silent server it is closed, and the next one is made anew.

The driver's own limits (keepalives, unacknowledged data) notice a machine that is gone. They do
not notice a proxy that lives and has forgotten whom it spoke for; this does.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import IsolationLevel

from reprieve.records import patience

# The first server that can end a session for the length of its transaction.
LIMITS_TRANSACTIONS = 170_000

# Since when each thread has been waiting for an answer, and when the last one gave up.
_waiting: dict[int, float] = {}


class _GaveUp:
    at = 0.0


class Connection(psycopg.Connection[Any]):
    """Closes itself when an answer takes longer than its thread is willing to wait."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.made_at = time.monotonic()

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for one answer. Raises psycopg.OperationalError when none comes."""
        limit = patience.seconds() if timeout is None else None
        if limit is None:
            return super().wait(gen, interval=interval, timeout=timeout)
        me, began = threading.get_ident(), time.monotonic()
        _waiting[me] = began
        try:
            return super().wait(gen, interval=interval, timeout=limit)
        except psycopg.OperationalError:
            if time.monotonic() < began + limit:
                raise
            # What was asked may still be done there: the connection is of no use any more.
            self.pgconn.finish()
            _GaveUp.at = time.monotonic()
            raise psycopg.OperationalError(f"no answer within {limit:g} s") from None
        finally:
            _waiting.pop(me, None)


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, with connections that give up."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """This function will connect. We set no isolation level and use no pool."""
        self.isolation_level = IsolationLevel.READ_COMMITTED
        return Connection.connect(**conn_params)

    def init_connection_state(self) -> None:
        """This function will have the server end a transaction that lasts too long.

        A client that fell silent in the middle of a request does not count as standing still.
        """
        super().init_connection_state()
        limit_ms = patience.transaction_ms()
        if limit_ms and self.connection.info.server_version >= LIMITS_TRANSACTIONS:
            with self.cursor() as cursor:
                cursor.execute(f"SET transaction_timeout = {limit_ms:d}")

    def is_usable(self) -> bool:
        """This function will tell whether the connection answers; a doubtful one is not asked."""
        if self.connection is None or self.connection.made_at <= _doubtful_until():
            return False
        with patience.in_doubt():
            return bool(super().is_usable())


def _doubtful_until() -> float:
    """Connections made before this moment may be lost as another of this process is."""
    late = time.monotonic() - patience.DOUBT_S
    slow = [since for since in list(_waiting.values()) if since < late]
    return max([_GaveUp.at, *slow])
