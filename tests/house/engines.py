"""Where tests keep their databases: one migrated template, and copies of it that are cheap.

A template is migrated by the product's own command in a process of its own. The SQLite template
is kept between runs under a fingerprint of everything that shapes the tables, because migrating
costs more than most runs; PostgreSQL's lives as long as the run's server.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / ".tools" / "templates"
BYTECODE = ROOT / ".tools" / "bytecode"
# Where files cannot grow Python would leave a compiled module cut short, for every later test.
COMPILES_NOTHING = {"PYTHONDONTWRITEBYTECODE": "1"}
KEPT_TEMPLATES = 4
SHAPED_BY = (
    "uv.lock",
    "reprieve/*/apps.py",
    "reprieve/records/guards*.py",
    "reprieve/records/m*/*.py",  # models and migrations
    "reprieve/config/databases.py",
    "reprieve/config/first_tables.py",
    "reprieve/config/migrate.py",
    "reprieve/config/settings.py",
)
SERVER = "REPRIEVE_TESTS_POSTGRESQL"  # the address of the run's own server
# Fixed, so that a copy of a database opens in whichever process asks for it.
KEYS = {"REPRIEVE_SECRET_KEY": "5e" * 32, "REPRIEVE_MASTER_KEY": "3a" * 32}


def clean_environment(**changes: str) -> dict[str, str]:
    """This function will return the environment without what the developer's clinic set in it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REPRIEVE_", "EMAIL_"))}
    return kept | {"PYTHONPATH": str(ROOT)} | changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A database of one test or worker. `names` is the NAME of each of Django's aliases."""

    folder: Path
    names: dict[str, str]
    address: str = ""

    @property
    def env(self) -> dict[str, str]:
        """The variables that make another process use this database."""
        where = {"REPRIEVE_DATA": str(self.folder), **KEYS}
        return where | ({"REPRIEVE_DATABASE_URL": self.address} if self.address else {})


class Engine(Protocol):
    """What a database engine can do for tests."""

    name: str

    def new(self, folder: Path) -> Copy: ...
    def drop(self, copy: Copy) -> None: ...


class Sqlite:
    """Copies are copies of files."""

    name = "sqlite"

    def new(self, folder: Path) -> Copy:
        """This function will copy the template's files into the folder."""
        template = self._template()
        names = {}
        for file in sorted(template.glob("*.sqlite3")):
            shutil.copyfile(file, folder / file.name)
            alias = "default" if file.stem == "clinic" else file.stem
            names[alias] = str(folder / file.name)
        return Copy(folder=folder, names=names)

    def drop(self, copy: Copy) -> None:
        """This function will remove the files, however large the test made them."""
        shutil.rmtree(copy.folder, ignore_errors=True)

    def _template(self) -> Path:
        folder = TEMPLATES / _fingerprint()
        with _alone(TEMPLATES / "lock"):
            if not folder.is_dir():
                self._make(folder)
        return folder

    def _make(self, folder: Path) -> None:
        old = sorted(TEMPLATES.glob("*-*"), key=lambda f: f.stat().st_mtime)
        for stale in old[: -KEPT_TEMPLATES or None]:
            shutil.rmtree(stale)
        with tempfile.TemporaryDirectory(dir=TEMPLATES, prefix=".") as draft:
            _migrate(REPRIEVE_DATA=draft)
            Path(draft).rename(folder)
            os.mkdir(draft)


class Postgresql:
    """Copies are made by the server: CREATE DATABASE ... TEMPLATE."""

    name = "postgresql"

    def __init__(self, address: str, *, run: Path) -> None:
        """`run` is where the run that the server belongs to keeps its marks."""
        self._address = address.rsplit("/", 1)[0]
        self._run_folder = run

    def new(self, folder: Path) -> Copy:
        """This function will copy the template inside the server."""
        self._template()
        name = f"test_{uuid.uuid4().hex}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "reprieve_template"')
        return Copy(folder=folder, names={"default": name}, address=f"{self._address}/{name}")

    def drop(self, copy: Copy) -> None:
        """This function will drop the database and whoever is still connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{copy.names["default"]}" WITH (FORCE)')
        shutil.rmtree(copy.folder, ignore_errors=True)

    def _template(self) -> None:
        made = self._run_folder / "template"
        with _alone(made.with_name("lock")):
            if not made.exists():
                self._run('CREATE DATABASE "reprieve_template"')
                with tempfile.TemporaryDirectory() as folder:
                    address = f"{self._address}/reprieve_template"
                    _migrate(REPRIEVE_DATA=folder, REPRIEVE_DATABASE_URL=address)
                made.touch()

    def _run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(f"{self._address}/postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


def engine(name: str) -> Engine:
    """This function will return the engine that this run was asked to use."""
    if name == "sqlite":
        return Sqlite()
    return Postgresql(os.environ[SERVER], run=Path(os.environ["REPRIEVE_TESTS_RUN"]))


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for pattern in SHAPED_BY:
        for file in sorted(ROOT.glob(pattern)):
            digest.update(file.relative_to(ROOT).as_posix().encode())
            digest.update(file.read_bytes())
    return f"sqlite-{digest.hexdigest()[:16]}"


def _migrate(**where: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reprieve.config.migrate"],
        env=clean_environment(**KEYS, **where), cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"migrating the template failed:\n{done.stdout}{done.stderr}")


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
