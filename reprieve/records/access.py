"""The log of who opened what: written by one group-committing thread in each process.

A page is sent only after its row is committed. Writing the log inside the clinic's own file would
starve the monitors' gateway, so on SQLite it has a file of its own.
"""

from __future__ import annotations

import hashlib
import queue
import threading
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime

import orjson
from django.db import OperationalError, connections, router, transaction
from django.db.models import Max

from reprieve.records.audit import GENESIS, SEAL_BATCH, link
from reprieve.records.models import AccessEntry, AccessSeal

LARGEST_GROUP = 256


def note(
    *, clinic: uuid.UUID, at: datetime, actor: str, view: str, shown: Sequence[str] = ()
) -> None:
    """This function will log one opened view and return when the row is committed."""
    row = AccessEntry(clinic_uid=clinic, at=at, actor=actor, view=view, shown=list(shown))
    row.row_hash = content_hash(row)
    if connections[_place()].in_atomic_block:
        row.save(force_insert=True)  # a test's or command's own transaction
        return
    _writer.submit(row).result()


def content_hash(row: AccessEntry) -> str:
    """This function will hash what an access row says, SHA-256 in hex."""
    said = [str(row.clinic_uid), row.at.isoformat(), row.actor, row.view, row.shown]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()


def _place() -> str:
    return router.db_for_write(AccessEntry)


class _Writer:
    """One thread that commits what is waiting as one group, then looks again."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[tuple[AccessEntry, Future[None]]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, row: AccessEntry) -> Future[None]:
        done: Future[None] = Future()
        self._waiting.put((row, done))
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, daemon=True, name="access-log")
                self._thread.start()
        return done

    def _run(self) -> None:
        while True:
            group = [self._waiting.get()]
            while not self._waiting.empty() and len(group) < LARGEST_GROUP:
                group.append(self._waiting.get())
            self._commit(group)

    def _commit(self, group: list[tuple[AccessEntry, Future[None]]]) -> None:
        try:
            self._write(group)
        except Exception as error:  # the reader must not get a page that is not logged
            connections[_place()].close()
            for _, done in group:
                done.set_exception(error)
            return
        for _, done in group:
            done.set_result(None)

    def _write(self, group: list[tuple[AccessEntry, Future[None]]]) -> None:
        rows = [row for row, _ in group]
        try:
            _insert(rows)
        except OperationalError:
            if connections[_place()].vendor != "postgresql":
                raise
            # The server went and came back. Rows that did get there have a number: never twice.
            connections[_place()].close()
            _insert(rows)


def _insert(rows: Sequence[AccessEntry]) -> None:
    with transaction.atomic(using=_place()):
        AccessEntry.objects.bulk_create(rows)


_writer = _Writer()


def seal() -> int:
    """This function will link the access rows that have no link yet; the count is returned."""
    with transaction.atomic(using=_place()):
        loose = AccessEntry.objects.filter(seal__isnull=True).order_by("id")[:SEAL_BATCH]
        tails: dict[uuid.UUID, tuple[int, str]] = {}
        links = []
        for row in loose:
            seq, before = tails.get(row.clinic_uid) or _tail(row.clinic_uid)
            tails[row.clinic_uid] = (seq + 1, link(before, row.row_hash))
            links.append(
                AccessSeal(
                    clinic_uid=row.clinic_uid,
                    seq=seq + 1,
                    entry=row,
                    link_hash=tails[row.clinic_uid][1],
                )
            )
        AccessSeal.objects.bulk_create(links)
    return len(links)


def _tail(clinic: uuid.UUID) -> tuple[int, str]:
    last = AccessSeal.objects.filter(clinic_uid=clinic).aggregate(seq=Max("seq"))["seq"]
    if last is None:
        return 0, GENESIS
    return last, AccessSeal.objects.get(clinic_uid=clinic, seq=last).link_hash


def faults() -> Iterator[str]:
    """This function will name each access row that was edited, removed or put out of order."""
    for row in AccessEntry.objects.order_by("id").iterator():
        if content_hash(row) != row.row_hash:
            yield f"access row {row.pk} was edited"
    expected: dict[uuid.UUID, tuple[int, str]] = {}
    rows = AccessSeal.objects.order_by("clinic_uid", "seq").select_related("entry")
    for seal_row in rows.iterator():
        seq, before = expected.get(seal_row.clinic_uid, (0, GENESIS))
        if seal_row.seq != seq + 1:
            yield f"access chain of clinic {seal_row.clinic_uid}: link {seq + 1} is missing"
        elif seal_row.link_hash != link(before, seal_row.entry.row_hash):
            yield f"access chain of clinic {seal_row.clinic_uid}: link {seal_row.seq} is broken"
        expected[seal_row.clinic_uid] = (seal_row.seq, seal_row.link_hash)
