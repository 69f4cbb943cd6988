"""How this server is: disk, certificate, backup, database, the clock, the trail, messages.

Numbers for machines that watch, and the few of them that a manager has to act on.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reprieve.config import backup_shelf
from reprieve.config.folder import data_folder
from reprieve.knowledge import N_, Message

LEAST_FREE_BYTES = 2 << 30
LEAST_FREE_SHARE = 0.05
LEAST_CERTIFICATE_DAYS = 14
NO_MAIL = N_("No mail leaves this server: EMAIL_HOST is not set. Messages to patients and calls to staff count as sent and reach nobody.")  # noqa: E501  # one sentence, one entry of the catalogue
OLDEST_BACKUP = 2  # times as old as it should be


def facts(at: datetime | None = None) -> dict[str, float]:
    """This function will measure what can be measured now; what cannot be is left out."""
    now = at or datetime.now(UTC)
    return dict([*_disk(), *_mail(), *_certificate(now), *_backup(now), *_database(now)])


def warnings(found: Mapping[str, float]) -> list[Message]:
    """This function will say in words what a manager has to see to."""
    said = []
    free, total = found["disk_free_bytes"], found["disk_total_bytes"]
    if free < LEAST_FREE_BYTES or free < total * LEAST_FREE_SHARE:
        said.append(Message(
            id=N_("The server's disk is nearly full: {free} GB are left. When it is full, nothing can be charted."),  # noqa: E501  # one sentence, one entry of the catalogue
            params={"free": round(free / 1e9, 1)},
        ))  # fmt: skip
    days = found.get("certificate_days")
    if days is not None and days < LEAST_CERTIFICATE_DAYS:
        said.append(Message(
            id=N_("The server's certificate ends in {days} days: browsers will refuse the pages then."),  # noqa: E501  # as above
            params={"days": max(0, int(days))},
        ))  # fmt: skip
    if not found.get("mail_leaves", 1):
        said.append(Message(id=NO_MAIL))
    if "backup_wanted_s" in found:
        age = found.get("backup_age_s")
        if age is None:
            said.append(Message(id=N_("There is no backup yet.")))
        elif age > OLDEST_BACKUP * found["backup_wanted_s"]:
            said.append(Message(
                id=N_("The newest backup is {hours} hours old."), params={"hours": int(age // 3600)}
            ))  # fmt: skip
    return said


def _disk() -> Iterator[tuple[str, float]]:
    # With keys in the environment and a database elsewhere there may be no folder yet.
    folders = [data_folder(), *data_folder().parents]
    place = shutil.disk_usage(next(folder for folder in folders if folder.exists()))
    yield "disk_free_bytes", place.free
    yield "disk_total_bytes", place.total


def _mail() -> Iterator[tuple[str, float]]:
    from django.conf import settings

    yield "mail_leaves", float(settings.MAIL_LEAVES)


def _certificate(now: datetime) -> Iterator[tuple[str, float]]:
    file = os.environ.get("REPRIEVE_TLS_CERT", "")
    if not file or os.environ.get("REPRIEVE_TLS") != "1":
        return
    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificate(Path(file).read_bytes())
    except (OSError, ValueError):
        yield "certificate_days", 0.0
        return
    yield "certificate_days", (certificate.not_valid_after_utc - now) / timedelta(days=1)


def _backup(now: datetime) -> Iterator[tuple[str, float]]:
    if not os.environ.get(backup_shelf.FOLDER):
        return
    yield "backup_wanted_s", backup_shelf.every().total_seconds()
    age = backup_shelf.age(now)
    if age is not None:
        yield "backup_age_s", age.total_seconds()


def _database(now: datetime) -> Iterator[tuple[str, float]]:
    from reprieve.pathway import ticker
    from reprieve.records.queries import watch

    began = time.perf_counter()
    yield from watch.counts(at=now).items()
    yield "clock_held", float(ticker.is_held(at_ms=round(now.timestamp() * 1000) - 5_000))
    yield "database_answer_s", round(time.perf_counter() - began, 4)


def warned() -> list[Message]:
    """This function will measure, and say what a manager has to see to now."""
    return warnings(facts())
