"""The database behind one setting: SQLite in the data folder, or PostgreSQL by address."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from reprieve.knowledge import BadValue

BUSY_TIMEOUT_S = 5
# Only the process that keeps time checkpoints the log while `serve` runs; alone, each command may.
CHECKPOINT = "" if os.environ.get("REPRIEVE_PART", "") in {"", "jobs"} else "0"


def databases(folder: Path) -> dict[str, dict[str, Any]]:
    """This function will return Django's DATABASES. Raises BadValue for an unknown address."""
    address = os.environ.get("REPRIEVE_DATABASE_URL", "")
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
    """This function will return Django's settings of one server. Raises BadValue."""
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise BadValue("REPRIEVE_DATABASE_URL", "expected postgresql://user:password@host/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        # After the server was restarted, no request meets the connection of before.
        "CONN_HEALTH_CHECKS": True,
    }


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
