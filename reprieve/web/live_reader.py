"""What is new, kept in memory: one thread of the web process reads the changes for all open pages.

A page asks once a second. Whether anything is new is answered from here without a query; only
when something is, the first asker has it read from the database and the others share it.
"""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog
from django.db import connection

from reprieve.pathway import ticker
from reprieve.records import changes

EVERY_S = 0.25
DEAD_AFTER_S = 5.0
TOPIC = "infusion"
MOST_KEPT = 500
LATE = 200  # notices that may have been under way when a newer one was read

Answer = TypeVar("Answer")

log = structlog.get_logger("reprieve.live")


@dataclass(slots=True)
class Reader:
    """The newest notice of each infusion and of each clinic's infusions."""

    base: int = 0
    cursor: int = 0
    subjects: dict[uuid.UUID, int] = field(default_factory=dict)
    clinics: dict[uuid.UUID, int] = field(default_factory=dict)
    read_at: float = 0.0
    clock_runs: bool = True
    _thread: threading.Thread | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)

    def version(self, *, clinic: uuid.UUID, subject: uuid.UUID | None = None) -> int:
        """This function will return the newest notice of one infusion, or of all of a clinic."""
        if connection.in_atomic_block:  # a test's own transaction: nothing else can see its rows
            return changes.newest_of(clinic=clinic, topic=TOPIC, subject=subject)
        self._run()
        if subject is None:
            return self.clinics.get(clinic, self.base)
        return self.subjects.get(subject, self.base)

    def alarms_run(self) -> bool:
        """This function will tell whether changes are read and somebody holds the clock."""
        if connection.in_atomic_block:
            return True
        self._run()
        return self.clock_runs and time.monotonic() - self.read_at < DEAD_AFTER_S

    def close(self) -> None:
        """This function will end the thread; only a process that goes on without pages needs it."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def take(self) -> None:
        """This function will read what came since the last time."""
        newest = changes.newest()
        if newest < self.cursor:  # another database was put in its place
            self.cursor = self.base = newest
            self.subjects.clear()
            self.clinics.clear()
        for number, clinic, topic, subject in changes.since(self._from()):
            self.cursor = max(self.cursor, number)
            if topic == TOPIC and subject is not None:
                self.subjects[subject] = max(number, self.subjects.get(subject, 0))
                self.clinics[clinic] = max(number, self.clinics.get(clinic, 0))
        self.clock_runs = ticker.is_held(at_ms=round((time.time() - DEAD_AFTER_S) * 1000))
        self.read_at = time.monotonic()

    def _from(self) -> int:
        """Where to read from: PostgreSQL may commit a smaller number after a greater one."""
        late = LATE if connection.vendor == "postgresql" else 0
        return max(self.base, self.cursor - late)

    def _run(self) -> None:
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self.cursor = self.base = changes.newest()
            self.read_at = time.monotonic()
            self._thread = threading.Thread(target=self._follow, daemon=True, name="live-reader")
            self._thread.start()

    def _follow(self) -> None:
        while not self._ended.is_set():
            try:
                self.take()
                _wait()
            except Exception as error:  # the next beat tries again
                log.error("changes were not read", error=type(error).__name__)
                with contextlib.suppress(Exception):  # a broken connection may not close either
                    connection.close()
                time.sleep(EVERY_S)


def _wait() -> None:
    """Sleep until the next beat; PostgreSQL wakes us as soon as something is announced."""
    if connection.vendor != "postgresql":
        time.sleep(EVERY_S)
        return
    connection.ensure_connection()
    wire = connection.connection
    wire.execute(f"LISTEN {changes.CHANNEL}")
    for _ in wire.notifies(timeout=EVERY_S, stop_after=1):
        break


class Shared(Generic[Answer]):
    """Answers made once and shared by everybody who asks for the same version."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()
        self._making: dict[Hashable, Future[Answer]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """This function will return the answer under a key, made by the first who asks.

        Who asks meanwhile waits for it: making it beside would hold up both.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            under_way = self._making.get(key)
            if under_way is None:
                self._making[key] = Future()
        if under_way is None:
            return self._make(key, make)
        return make() if under_way.exception() else under_way.result()

    def _make(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        try:
            made = make()
        except BaseException as error:
            with self._lock:
                self._making.pop(key).set_exception(error)
            raise
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            self._making.pop(key).set_result(made)
        return made


reader = Reader()
