"""A backup that was never restored is a hope: restore it into a scratch place and look at all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson

from reprieve.config import backup, backup_tables
from reprieve.config.folder import data_folder
from reprieve.knowledge import BadValue

WITHIN_S = 3600
_CALL = "import sys; from reprieve.config.cli import main; main(sys.argv[1:])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a restore into a scratch place found, and how long it took."""

    file: str
    made_at: datetime
    version: str
    engine: str
    restored_s: float
    verified_s: float
    faults: tuple[str, ...]


def check(file: Path, *, key: bytes) -> Report:
    """This function will restore a backup into a scratch place. Raises BadValue for a fault."""
    report = rehearse(file, key=key)
    if report.faults:
        raise BadValue("file", f"the backup is not sound: {report.faults[0]}")
    return report


def rehearse(file: Path, *, key: bytes) -> Report:
    """This function will restore a backup, verify it, and take it away again.

    It is unpacked where the clinic's own records lie: never on the disk that carries backups away.
    """
    began = time.monotonic()
    with backup.scratch(data_folder()) as place:
        folder = place / "restored"
        manifest = backup.unpack(file, key=key, into=folder)
        with _environment(folder, manifest) as env:
            restored = time.monotonic()
            faults = verify(env)
        return Report(
            file=str(file), made_at=datetime.fromisoformat(manifest["made_at"]),
            version=manifest["version"], engine=manifest["engine"],
            restored_s=round(restored - began, 2),
            verified_s=round(time.monotonic() - restored, 2), faults=tuple(faults),
        )  # fmt: skip


def own_environment(folder: Path, address: str = "") -> dict[str, str]:
    """This function will give a process the restored folder and nothing of the clinic's own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("REPRIEVE_")}
    where = {"REPRIEVE_DATA": str(folder), "REPRIEVE_PART": "command"}
    return kept | where | ({"REPRIEVE_DATABASE_URL": address} if address else {})


def fill(folder: Path, address: str) -> None:
    """This function will put the tables of an unpacked backup into a PostgreSQL database."""
    backup_tables.require_no_clinic(address)
    run(own_environment(folder, address), "-m", "reprieve.config.migrate", "--rehearsed")
    backup_tables.copy_in(address, folder / backup.TABLES)


@contextmanager
def _environment(folder: Path, manifest: dict[str, Any]) -> Iterator[dict[str, str]]:
    if manifest["engine"] == "sqlite":
        yield own_environment(folder)
        return
    with _database() as address:
        fill(folder, address)
        yield own_environment(folder, address)


@contextmanager
def _database() -> Iterator[str]:
    """A database beside the clinic's own, for a while. Its user must be allowed to make one."""
    import psycopg
    from psycopg import sql

    own = os.environ.get("REPRIEVE_DATABASE_URL", "")
    if not own:
        raise BadValue("REPRIEVE_DATABASE_URL", "needed: the backup is of PostgreSQL")
    name = f"reprieve_scratch_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(own, autocommit=True) as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            why = "may not make a database, and an unverified backup is none: ALTER ROLE … CREATEDB"
            raise BadValue("REPRIEVE_DATABASE_URL", f"its user {why}") from error
        try:
            yield urlunsplit(urlsplit(own)._replace(path=f"/{name}"))
        finally:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))


def verify(env: dict[str, str]) -> list[str]:
    """This function will run `reprieve verify` over another folder and list what it finds."""
    done = run(env, "-c", _CALL, "verify", "--json", fine=(0, 1))
    found: list[str] = orjson.loads(done.stdout)["faults"]
    return found


def run(
    env: dict[str, str], *arguments: str, fine: tuple[int, ...] = (0,)
) -> subprocess.CompletedProcess[str]:
    """This function will run a part of the product over another folder. Raises BadValue."""
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, *arguments], env=env, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=WITHIN_S, check=False,
    )  # fmt: skip
    if done.returncode not in fine:
        words = done.stderr.strip().splitlines() or ["no word"]
        raise BadValue("file", f"the backup cannot be used: {words[-1]}")
    return done
