"""Everything a clinic owns in one encrypted file, made while it is being served.

A file holds the database, the access log, the keys, the authority's certificates and settings: it
and its key are enough to go on elsewhere. On SQLite the databases are copied by the library's own
online backup in one read, so that no writer waits; on PostgreSQL every table is copied in one
snapshot. Nobody relies on a file that was not opened again: `check` restores it into a scratch
folder and looks at every chain, before it gets its name.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

import orjson

from reprieve import __version__
from reprieve.config import backup_tables, sealed
from reprieve.config.folder import data_folder
from reprieve.knowledge import BadValue

MANIFEST = "manifest.json"
DATABASES = ("clinic.sqlite3", "access.sqlite3")
KEYS = {"master-key.key": "REPRIEVE_MASTER_KEY", "secret-key.key": "REPRIEVE_SECRET_KEY"}
FOLDERS = ("tls", "anchors")
TABLES = "tables"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One backup: its file, when and of what it was made, and how large it is."""

    file: Path
    at: datetime
    engine: str
    size: int


def make(file: Path, *, key: bytes, at: datetime) -> Made:
    """This function will write a backup beside `file` and give it its name once it opens again.

    Raises BadValue naming what is wrong; then there is no file.
    """
    from reprieve.config import backup_check

    if file.exists():
        raise BadValue("file", f"{file} is there already")
    draft = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with scratch(data_folder()) as folder:
            engine = _gather(folder, at)
            _pack(folder, draft, key)
        backup_check.check(draft, key=key)
        os.link(draft, file)
    except OSError as error:
        raise BadValue("file", f"{file} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    return Made(file=file, at=at, engine=engine, size=file.stat().st_size)


def unpack(file: Path, *, key: bytes, into: Path) -> dict[str, Any]:
    """This function will put a backup's files into an empty or absent folder.

    Raises BadValue for a folder in use, another key and a damaged file; the folder is then as it
    was. The manifest is returned.
    """
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise BadValue("data", f"{into} is not an empty folder")
    into.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{into.name}.", dir=into.parent))
    try:
        manifest = _extract(file, key, draft)
        if into.exists():
            into.rmdir()
        draft.rename(into)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


@contextmanager
def scratch(beside: Path) -> Iterator[Path]:
    """This function will give a folder that only we read, and that is gone afterwards."""
    beside.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix=".scratch-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _gather(folder: Path, at: datetime) -> str:
    # Anchors first: one that is newer than the copy would be missed in it.
    for name in FOLDERS:
        if (data_folder() / name).is_dir():
            shutil.copytree(data_folder() / name, folder / name)
    address = os.environ.get("REPRIEVE_DATABASE_URL", "")
    if address:
        (folder / TABLES).mkdir()
        backup_tables.copy_out(address, folder / TABLES)
    else:
        for name in DATABASES:
            copy_sqlite(data_folder() / name, folder / name)
    for name, variable in KEYS.items():
        _private(folder / name, os.environ.get(variable) or (data_folder() / name).read_text())
    engine = "postgresql" if address else "sqlite"
    said = {"format": 1, "version": __version__, "made_at": at.isoformat(), "engine": engine}
    (folder / MANIFEST).write_bytes(orjson.dumps(said))
    return engine


def copy_sqlite(source: Path, target: Path) -> None:
    """This function will copy a database that others write to, as it is at one moment.

    All pages in one step: the copy is one read, so that it neither waits nor begins anew.
    """
    import pysqlite3

    with (
        closing(pysqlite3.connect(f"file:{source}?mode=ro", uri=True)) as here,
        closing(pysqlite3.connect(str(target))) as there,
    ):
        here.backup(there, pages=-1)
        # The copy is one file: its log would be left behind.
        there.execute("PRAGMA journal_mode=DELETE")
    target.chmod(0o600)


def _private(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text.strip())


def _pack(folder: Path, draft: Path, key: bytes) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        writer = sealed.Sealer(out, key)
        with tarfile.open(fileobj=cast(IO[bytes], writer), mode="w|gz") as tar:
            tar.add(folder / MANIFEST, MANIFEST)
            for entry in sorted(folder.iterdir()):
                if entry.name != MANIFEST:
                    tar.add(entry, entry.name)
        writer.close()
        out.flush()
        os.fsync(out.fileno())


def _extract(file: Path, key: bytes, folder: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as source:
            reader = sealed.Opener(source, key)
            with tarfile.open(fileobj=cast(IO[bytes], reader), mode="r|gz") as tar:
                tar.extractall(folder, filter="data")
            reader.read()  # the last piece proves that nothing was cut off
    except OSError as error:
        raise BadValue("file", f"cannot read {file}: {error.strerror or error}") from error
    except tarfile.TarError as error:
        raise BadValue("file", f"{file} is not whole") from error
    for name in KEYS:
        (folder / name).chmod(0o600)
    manifest: dict[str, Any] = orjson.loads((folder / MANIFEST).read_bytes())
    if manifest.get("format") != 1:
        raise BadValue("file", "was made by a newer version of this product")
    return manifest
