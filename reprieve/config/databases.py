"""The database behind one setting: SQLite in the data folder, or PostgreSQL by address."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from reprieve.knowledge import BadValue
from reprieve.records.patience import HURRIED

ADDRESS = "REPRIEVE_DATABASE_URL"
BUSY_TIMEOUT_S = 5
# What an address says before its question mark.
ELSEWHERE = frozenset({"dbname", "user", "password", "host", "port"})
# PostgreSQL over a network. Our side: how long connecting may take, and when a machine that does
# not answer is taken for gone. Both sides must have noticed well within ten seconds.
OUR_SIDE = {
    "connect_timeout": 3,
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}
# The server's side: a session whose client is gone ends, and its locks with it.
THEIR_SIDE = {
    "tcp_keepalives_idle": "3",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "5000",
    "client_connection_check_interval": "1000",
}
# In the parts that people and monitors wait for, nobody waits for a turn, or holds up the others
# between two statements, for long. A command may.
TURN_MS = 3_000
# Between two statements of one act a page may have to reckon; gateway and clock do not. Whose
# connection was forgotten in an act holds the others up for so long.
STANDSTILL_MS = {"gateway": 4_000, "jobs": 4_000, "web": 6_000}
# Only the process that keeps time checkpoints the log while `serve` runs; alone, each command may.
CHECKPOINT = "" if os.environ.get("REPRIEVE_PART", "") in {"", "jobs"} else "0"


def databases(folder: Path) -> dict[str, dict[str, Any]]:
    """This function will return Django's DATABASES. Raises BadValue for an unknown address."""
    address = os.environ.get(ADDRESS, "")
    if not address:
        return {
            "default": _sqlite(folder / "clinic.sqlite3"),
            "access": _sqlite(folder / "access.sqlite3"),
        }
    return {"default": postgresql(address)}


def _sqlite(file: Path) -> dict[str, Any]:
    pragmas = ["journal_mode=WAL", "synchronous=FULL", "mmap_size=0", "foreign_keys=ON"]
    if CHECKPOINT:
        pragmas.append(f"wal_autocheckpoint={CHECKPOINT}")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_TIMEOUT_S,
            "init_command": ";".join(f"PRAGMA {p}" for p in pragmas),
        },
    }


def postgresql(address: str) -> dict[str, Any]:
    """This function will return Django's settings of one server. Raises BadValue.

    What stands behind `?` in the address goes to the driver, and goes before what we would say.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise BadValue(ADDRESS, "expected postgresql://user:password@host/name")
    return {
        "ENGINE": "reprieve.records.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        # After the server was restarted, no request meets the connection of before.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _options(parts.query),
    }


def _options(query: str) -> dict[str, Any]:
    told = dict(parse_qsl(query, keep_blank_values=True))
    _require_known(told)
    asked = THEIR_SIDE | _of_the_part(os.environ.get("REPRIEVE_PART", ""))
    ours = " ".join(f"-c {name}={value}" for name, value in asked.items())
    return OUR_SIDE | told | {"options": f"{ours} {told.get('options', '')}".strip()}


def _of_the_part(part: str) -> dict[str, str]:
    if part not in HURRIED:
        return {}
    standstill = str(STANDSTILL_MS[part])
    return {"lock_timeout": str(TURN_MS), "idle_in_transaction_session_timeout": standstill}


def _require_known(told: dict[str, str]) -> None:
    """A word that the driver does not know, or that stands elsewhere in the address, is refused."""
    if not told:
        return
    from psycopg import pq

    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    for name in told:
        if name not in known - ELSEWHERE:
            raise BadValue(ADDRESS, f"the driver knows no {name!r} behind the question mark")


class AccessRouter:
    """Send the access log to its own file where there is one; nothing else goes there."""

    MODELS = frozenset({"accessentry", "accessseal"})

    def _place(self, model_name: str) -> str:
        from django.conf import settings

        return (
            "access" if model_name in self.MODELS and "access" in settings.DATABASES else "default"
        )

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return self._place(model._meta.model_name)

    db_for_write = db_for_read

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **h: Any
    ) -> bool:
        return db == self._place(model_name or "")
