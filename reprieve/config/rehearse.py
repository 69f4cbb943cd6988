"""An upgrade is tried on a copy first: the clinic's own file is touched only once that held.

On PostgreSQL every migration is one transaction of the server's, and the drill restores a backup:
there the copy is the newest backup.
"""

from __future__ import annotations

import os
from pathlib import Path

from reprieve.config import backup, backup_check
from reprieve.config.folder import data_folder
from reprieve.knowledge import BadValue

KEPT = "before-upgrade"


def rehearse() -> bool:
    """This function will migrate and verify a copy of the clinic; False where nothing is pending.

    The copy from before the upgrade stays in the data folder, so that one can go back. Raises
    BadValue where the upgrade fails on the copy; the clinic is then untouched.
    """
    if os.environ.get("REPRIEVE_DATABASE_URL") or not _is_pending():
        return False
    with backup.scratch(data_folder()) as place:
        for name in backup.DATABASES:
            backup.copy_sqlite(data_folder() / name, place / name)
        _put_by(place)
        env = {**os.environ, "REPRIEVE_DATA": str(place), **_keys()}
        try:
            backup_check.run(env, "-m", "reprieve.config.migrate", "--rehearsed")
            faults = backup_check.verify(env)
        except BadValue as error:
            raise BadValue("data", f"the upgrade fails on a copy: {error.reason}") from error
        if faults:
            raise BadValue("data", f"after the upgrade of a copy: {faults[0]}")
    return True


def _is_pending() -> bool:
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    files = [data_folder() / name for name in backup.DATABASES]
    if not all(file.exists() for file in files):
        return False
    executors = [MigrationExecutor(connections[alias]) for alias in connections]
    found = [e.migration_plan(e.loader.graph.leaf_nodes()) for e in executors]
    connections.close_all()
    return any(found)


def _put_by(place: Path) -> None:
    kept = data_folder() / KEPT
    kept.mkdir(mode=0o700, exist_ok=True)
    for name in backup.DATABASES:
        draft = kept / f".{name}"
        draft.write_bytes((place / name).read_bytes())
        draft.chmod(0o600)
        os.replace(draft, kept / name)


def _keys() -> dict[str, str]:
    """The copy is of this clinic: it opens with its keys, wherever they are kept."""
    from django.conf import settings

    return {"REPRIEVE_MASTER_KEY": settings.MASTER_KEY, "REPRIEVE_SECRET_KEY": settings.SECRET_KEY}
