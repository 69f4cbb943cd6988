"""A new master key: each clinic's data key is wrapped anew, no row is rewritten.

The new key is on the disk before the database depends on it, and takes the old one's name after:
whoever is interrupted in between is finished by the next start.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from reprieve.config.folder import data_folder
from reprieve.knowledge import BadValue

NAME = "master-key.key"
NEXT = "master-key.key.new"


def rotate() -> int:
    """This function will wrap each clinic's data key by a new master key; how many is returned.

    Nothing may be served meanwhile. Raises BadValue where the key is not in the data folder.
    """
    from django.conf import settings
    from django.db import transaction

    from reprieve.records import audit, keys
    from reprieve.records.models import Clinic

    if os.environ.get("REPRIEVE_MASTER_KEY"):
        raise BadValue("REPRIEVE_MASTER_KEY", "is set: keep the key as a file of the data folder")
    for fault in keys.faults():
        raise BadValue("master-key", fault)
    old, text = keys.master_key(), secrets.token_hex(keys.KEY_BYTES)
    _write(data_folder() / NEXT, text)
    with transaction.atomic():
        clinics = list(Clinic.objects.select_for_update())
        for clinic in clinics:
            wrapped = keys.rewrap(bytes(clinic.data_key), old=old, new=bytes.fromhex(text))
            Clinic.objects.filter(pk=clinic.pk).update(data_key=wrapped)
            audit.record(
                clinic=clinic.pk, at=datetime.now(UTC), actor="system:rotate-key",
                action="key.rotate", subject_kind="clinic", subject=clinic.pk,
            )  # fmt: skip
    settings.MASTER_KEY = text
    _take_over()
    keys.forget()
    return len(clinics)


def finish() -> bool:
    """This function will end a rotation that was interrupted; whether it had to, is returned.

    The key that opens the database is the right one; the other is removed. Only what every version
    has is read: an upgrade's copy needs the right key, so this comes before an upgrade.
    """
    from django.conf import settings

    from reprieve.records import keys

    waiting = data_folder() / NEXT
    if not waiting.exists():
        return False
    if not _has_clinics():
        return False  # another, empty database: it cannot tell which key is right
    if not list(keys.faults()):
        waiting.unlink()  # stopped before the database was changed
        return False
    settings.MASTER_KEY = waiting.read_text().strip()
    keys.forget()
    if list(keys.faults()):
        raise BadValue("master-key", f"neither {NAME} nor {NEXT} opens the database")
    _take_over()
    return True


def _has_clinics() -> bool:
    """Whether there is a clinic; a database without tables has none."""
    from django.db import connection

    from reprieve.records.models import Clinic

    if Clinic._meta.db_table not in connection.introspection.table_names():
        return False
    return bool(Clinic.objects.values_list("pk")[:1])


def _take_over() -> None:
    folder = data_folder()
    os.replace(folder / NEXT, folder / NAME)
    _settle(folder)


def _write(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    _settle(file.parent)


def _settle(folder: Path) -> None:
    """A new name is on the disk when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
